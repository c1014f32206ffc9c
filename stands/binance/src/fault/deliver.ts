import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Clock } from "@surefill/core";
import { type HttpAnswer, jsonAnswer, retryAfter } from "../rest/http-answer.ts";
import type { Fault } from "./fault.ts";

/** Sends an answer as the fault that its request met leaves it. */
export async function deliver(
  response: ServerResponse,
  answer: HttpAnswer,
  fault: Fault | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  switch (fault?.kind) {
    case "CUT":
      response.destroy();
      return;
    case "SILENT":
      return;
    case "HIDDEN":
      if (fault.isCut !== true) return send(response, answer);
      response.destroy();
      return;
    case "DELAYED":
      if (fault.when === "AFTER") await clock.sleep(fault.ms, signal);
      return send(response, answer);
    case "ANSWERED":
      return send(response, replaced(answer, fault));
    case "BODY_STALLED":
      return stall(response, answer, fault.ms, { clock, signal });
    case "BODY_TRUNCATED":
      return truncate(response, answer, fault.by);
    case "PAGE_CUT":
      return send(response, shortened(answer, fault.keep));
    default:
      return send(response, answer);
  }
}

export function send(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function replaced(
  answer: HttpAnswer,
  { status, body, retryAfterMs }: Extract<Fault, { kind: "ANSWERED" }>,
): HttpAnswer {
  const headers = { ...answer.headers, ...retryAfter(retryAfterMs) };
  if (typeof body !== "string") return { ...jsonAnswer(status, body), headers };
  return { status, headers: { ...headers, "content-type": "text/html" }, body };
}

async function stall(
  response: ServerResponse,
  answer: HttpAnswer,
  ms: number | undefined,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const [first, second] = halves(answer.body);
  response.writeHead(answer.status, { ...answer.headers, "content-length": first.length + second.length });
  response.write(first);
  if (ms === undefined) return;
  await clock.sleep(ms, signal);
  if (!response.destroyed) response.end(second);
}

async function truncate(response: ServerResponse, answer: HttpAnswer, by: "CONNECTION" | "SERVER"): Promise<void> {
  const [first, second] = halves(answer.body);
  if (by === "SERVER") return send(response, { ...answer, body: first.toString() });
  response.writeHead(answer.status, { ...answer.headers, "content-length": first.length + second.length });
  if (!response.write(first)) await once(response, "drain");
  await new Promise<void>((flushed) => response.write("", () => flushed()));
  response.destroy();
}

function halves(body: string): readonly [Buffer, Buffer] {
  const bytes = Buffer.from(body);
  const middle = Math.floor(bytes.length / 2);
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

/** A page that ends early: what is no list stays as it is. */
function shortened(answer: HttpAnswer, keep: number): HttpAnswer {
  const value: unknown = JSON.parse(answer.body);
  return Array.isArray(value) ? { ...answer, body: JSON.stringify(value.slice(0, keep)) } : answer;
}
