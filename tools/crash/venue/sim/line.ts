import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { SeededRandom } from "@surefill/core";
import { type LineName, machineMs, type WireMessage } from "../wire-message.ts";
import { type LineFate, lineFate, type RequestKind } from "./line-fate.ts";

const host = "127.0.0.1";
/** A stream of reports on a bad line breaks after so long, more or less. */
const streamMsMax = 6_000;

export interface LineOptions {
  readonly name: LineName;
  readonly port: number;
  /** Where the exchange itself listens. */
  readonly exchangePort: number;
  readonly requestWindowMs: number;
  readonly seed: number;
  readonly faults: boolean;
  readonly onWire: (message: WireMessage) => void;
}

/**
 * The way of one process to the exchange: it passes on what comes and breaks what its fate says. What has come in is on
 * its way whatever becomes of its sender, as it is on a network.
 */
export class Line {
  readonly #options: LineOptions;
  readonly #server: Server;
  readonly #random: SeededRandom;
  #isBad: boolean;
  #requests = 0;

  private constructor(options: LineOptions) {
    this.#options = options;
    this.#isBad = options.faults;
    this.#random = new SeededRandom(options.seed);
    this.#server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
  }

  static async open(options: LineOptions): Promise<Line> {
    const line = new Line(options);
    line.#server.listen({ host, port: options.port, exclusive: true });
    await once(line.#server, "listening");
    return line;
  }

  /** From now on everything that comes in gets through, at once. */
  calm(): void {
    this.#isBad = false;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    const body = await bodyOf(request);
    if (url.endsWith("/reports")) return this.#stream(url, response);
    // Who is there is asked once, at the start: that is the simulated exchange's own affair, and no venue's.
    const kind = kindOf(method);
    if (kind === "SUBMISSION") this.#announce(submitKeyOf(body), response);
    const fate: LineFate = url === "/exchange" ? { kind: "SOUND" } : this.#nextFate(kind);
    if (fate.kind === "UNAVAILABLE_INSTEAD") return answer(response, 503, "fault: unavailable");
    if (fate.kind === "ARRIVES_LATE") response.destroy();
    if ("delayMs" in fate) await sleep(fate.delayMs);
    const { status, text } = await this.#pass(method, url, body);
    if (fate.kind === "ANSWER_LOST") response.destroy();
    else if (fate.kind === "MALFORMED") answer(response, 200, text.slice(0, text.length / 2));
    else if (fate.kind === "UNAVAILABLE_AFTER") answer(response, 503, "fault: unavailable");
    else if (fate.kind !== "ARRIVES_LATE") answer(response, status, text);
  }

  #nextFate(kind: RequestKind): LineFate {
    this.#requests += 1;
    const { name, seed, requestWindowMs } = this.#options;
    return this.#isBad ? lineFate(kind, `${name} ${this.#requests}`, seed, requestWindowMs) : { kind: "SOUND" };
  }

  #announce(submitKey: string, response: ServerResponse): void {
    const { name: line, onWire } = this.#options;
    onWire({ kind: "ARRIVED", line, submitKey, atMs: machineMs() });
    response.once("close", () => onWire({ kind: "ENDED", line, submitKey, atMs: machineMs() }));
  }

  async #pass(method: string, url: string, body: Buffer): Promise<{ readonly status: number; readonly text: string }> {
    const sent = body.length === 0 ? {} : { body };
    const passed = await fetch(`http://${host}:${this.#options.exchangePort}${url}`, { method, ...sent });
    return { status: passed.status, text: await passed.text() };
  }

  async #stream(url: string, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const breaks = this.#isBad ? setTimeout(() => response.destroy(), this.#random.unit() * streamMsMax) : undefined;
    try {
      const passed = await fetch(`http://${host}:${this.#options.exchangePort}${url}`, { signal: gone.signal });
      response.writeHead(passed.status, { "content-type": "application/x-ndjson" });
      for await (const chunk of passed.body ?? []) response.write(chunk);
      response.end();
    } finally {
      clearTimeout(breaks);
    }
  }
}

function kindOf(method: string): RequestKind {
  if (method === "POST") return "SUBMISSION";
  return method === "DELETE" ? "CANCEL" : "QUESTION";
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function submitKeyOf(body: Buffer): string {
  const request: unknown = JSON.parse(body.toString());
  const key = typeof request === "object" && request !== null && "submitKey" in request ? request.submitKey : undefined;
  if (typeof key !== "string") throw new Error("a submission without a key");
  return key;
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(text);
}
