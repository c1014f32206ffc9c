import { describe, expect, it } from "vitest";
import { Wire } from "./wire.ts";

function wireOf(...flights: readonly (readonly [line: string, fromMs: number, toMs?: number])[]): Wire {
  const wire = new Wire();
  for (const [index, [line, fromMs, toMs]] of flights.entries()) {
    const submitKey = `key-${index}`;
    wire.tell({ kind: "ARRIVED", line, submitKey, atMs: fromMs });
    if (toMs !== undefined) wire.tell({ kind: "ENDED", line, submitKey, atMs: toMs });
  }
  return wire;
}

describe("Wire", () => {
  it.each([
    { given: "a moment between arrival and answer", atMs: 15, busy: true },
    { given: "a moment before the arrival", atMs: 9, busy: false },
    { given: "the moment of the answer", atMs: 20, busy: false },
    { given: "another line's submission", atMs: 15, line: "server-2", busy: false },
    { given: "a submission without an answer yet", atMs: 99, line: "server-2", busy: true },
  ])("given $given, so whether an attempt was on the wire is $busy", ({ atMs, line, busy }) => {
    const wire = wireOf(["server-1", 10, 20], ["server-2", 50]);
    expect(wire.wasBusy(atMs, line)).toBe(busy);
  });

  it("given submissions under way, so they are told by line, and a new one wakes who waits", async () => {
    const wire = wireOf(["server-1", 10, 20], ["server-2", 50]);
    expect(wire.now).toEqual(["server-2"]);
    const waiting = wire.next(20_000);
    wire.tell({ kind: "ARRIVED", line: "server-1", submitKey: "next", atMs: 60 });
    await waiting;
    expect(wire.now).toEqual(["server-2", "server-1"]);
  });
});
