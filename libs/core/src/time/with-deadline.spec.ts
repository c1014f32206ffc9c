import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { withDeadline } from "./with-deadline.ts";

const never = new Promise<never>(() => undefined);

describe("a call with a deadline", () => {
  it("given an answer in time, so it is the answer, and no sleep is left behind", async () => {
    const clock = new ManualClock();
    await expect(withDeadline(clock, 100, async () => "answer")).resolves.toBe("answer");
    expect(clock.sleepers).toBe(0);
  });

  it("given a failure in time, so it is that failure, and no sleep is left behind", async () => {
    const clock = new ManualClock();
    const failure = new Error("broken");
    await expect(withDeadline(clock, 100, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(clock.sleepers).toBe(0);
  });

  it("given a call that throws before it returns, so it is that failure, and no sleep is left behind", async () => {
    const clock = new ManualClock();
    const throwing = withDeadline(clock, 100, () => {
      throw new Error("at once");
    });
    await expect(throwing).rejects.toThrow("at once");
    expect(clock.sleepers).toBe(0);
  });

  it("given no answer and a call that ignores its signal, so it ends at the deadline all the same", async () => {
    const clock = new ManualClock();
    const ended = expect(withDeadline(clock, 100, () => never)).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
      context: { ms: "100" },
    });
    clock.advance(100);
    await ended;
  });

  it("given no answer, so the signal tells the call, at the deadline and not before", async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const call = withDeadline(clock, 100, (signal) => {
      signals.push(signal);
      return never;
    });
    const ended = expect(call).rejects.toThrow("no answer within 100 ms");
    clock.advance(99);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    clock.advance(1);
    await ended;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("given an answer in time, so the signal stays quiet for good", async () => {
    const clock = new ManualClock();
    const signal = await withDeadline(clock, 100, async (given) => given);
    clock.advance(1_000);
    expect(signal.aborted).toBe(false);
  });

  it("given a failure after the deadline, so nobody hears of it", async () => {
    const clock = new ManualClock();
    const late = Promise.withResolvers<never>();
    const ended = expect(withDeadline(clock, 100, () => late.promise)).rejects.toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
    clock.advance(100);
    await ended;
    late.reject(new Error("too late"));
  });
});
