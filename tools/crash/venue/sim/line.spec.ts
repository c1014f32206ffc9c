import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../launch/free-port.ts";
import type { WireMessage } from "../wire-message.ts";
import { Line } from "./line.ts";
import { lineFate, type RequestKind } from "./line-fate.ts";

/** An exchange that counts what arrives, and a line to it. */
async function lineTo({ faults }: { readonly faults: boolean }) {
  const arrived: string[] = [];
  const exchange = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    arrived.push(body);
    response.end(JSON.stringify({ kind: "ACCEPTED" }));
  }).listen(0, "127.0.0.1");
  await once(exchange, "listening");
  const { port: exchangePort } = exchange.address() as AddressInfo;
  const told: WireMessage[] = [];
  const port = await freePort();
  const line = await Line.open({
    ...{ name: "server-1", port, exchangePort, requestWindowMs: 20, seed: 1, faults },
    onWire: (message) => told.push(message),
  });
  onTestFinished(async () => {
    await line.close();
    exchange.closeAllConnections();
    exchange.close();
  });
  const submit = async (submitKey: string): Promise<string> => {
    const body = JSON.stringify({ submitKey });
    try {
      const response = await fetch(`http://127.0.0.1:${port}/accounts/a/orders`, { method: "POST", body });
      return `${response.status} ${await response.text()}`;
    } catch {
      return "broken";
    }
  };
  return { line, arrived, told, submit };
}

describe("a line to the venue", () => {
  it("given no faults, so everything gets through, and it is told when it was on the wire", async () => {
    const { submit, arrived, told } = await lineTo({ faults: false });
    expect(await submit("key-1")).toBe('200 {"kind":"ACCEPTED"}');
    expect(arrived).toEqual(['{"submitKey":"key-1"}']);
    await expect
      .poll(() => told.map(({ kind, line, submitKey }) => [kind, line, submitKey]))
      .toEqual([
        ["ARRIVED", "server-1", "key-1"],
        ["ENDED", "server-1", "key-1"],
      ]);
  });

  it("given faults, so answers are lost, late, garbled or refused while the request may have arrived, until it is calm", async () => {
    const { line, submit, arrived } = await lineTo({ faults: true });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => submit(`key-${index}`)));
    expect(new Set(answers)).toEqual(
      new Set(['200 {"kind":"ACCEPTED"}', "broken", "503 fault: unavailable", '200 {"kind":"']),
    );
    const refusedInstead = Array.from({ length: 100 }, (_, index) =>
      lineFate("SUBMISSION", `server-1 ${index + 1}`, 1, 20),
    ).filter(({ kind }) => kind === "UNAVAILABLE_INSTEAD").length;
    expect(refusedInstead).toBeGreaterThan(0);
    await expect.poll(() => arrived.length).toBe(100 - refusedInstead);
    line.calm();
    const calm = await Promise.all(Array.from({ length: 50 }, (_, index) => submit(`calm-${index}`)));
    expect(new Set(calm)).toEqual(new Set(['200 {"kind":"ACCEPTED"}']));
  });

  it.each<{ kind: RequestKind; fates: readonly string[] }>([
    {
      kind: "SUBMISSION",
      fates: ["ANSWER_LOST", "ARRIVES_LATE", "MALFORMED", "SLOW", "SOUND", "UNAVAILABLE_AFTER", "UNAVAILABLE_INSTEAD"],
    },
    { kind: "CANCEL", fates: ["ANSWER_LOST", "ARRIVES_LATE", "SOUND", "UNAVAILABLE_AFTER", "UNAVAILABLE_INSTEAD"] },
    { kind: "QUESTION", fates: ["ANSWER_LOST", "MALFORMED", "SOUND", "UNAVAILABLE_INSTEAD"] },
  ])(
    "given many requests of kind $kind, so each of its fates happens, late ones within and beyond their validity",
    ({ kind, fates }) => {
      const all = Array.from({ length: 1_000 }, (_, index) => lineFate(kind, `${index}`, 7, 1_000));
      expect([...new Set(all.map((fate) => fate.kind))].sort()).toEqual(fates);
      const delays = all.flatMap((fate) => ("delayMs" in fate ? [fate.delayMs] : []));
      if (delays.length > 0)
        expect([delays.some((ms) => ms < 1_000), delays.some((ms) => ms > 1_000)]).toEqual([true, true]);
    },
  );
});
