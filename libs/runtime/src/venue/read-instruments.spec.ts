import { SurefillError, venueId } from "@surefill/core";
import { ManualClock, pass, settle } from "@surefill/core/testing";
import { describe, expect, it } from "vitest";
import { readInstruments } from "./read-instruments.ts";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Asks a venue that answers as scripted, the last answer for ever; what it came to and how often it was asked. */
function asking(...script: readonly (SurefillError | "none" | "silence")[]) {
  const clock = new ManualClock();
  const asked = { times: 0 };
  const venue = {
    async instruments() {
      const answer = script[Math.min(asked.times, script.length - 1)];
      asked.times += 1;
      if (answer instanceof SurefillError) throw answer;
      return answer === "silence" ? new Promise<never>(() => {}) : [];
    },
  };
  const stop = new AbortController();
  const outcome = readInstruments(venue, venueId("sim"), { clock, log, signal: stop.signal }).catch(SurefillError.from);
  return { clock, asked, outcome, stop };
}

const away = new SurefillError("VENUE_UNREACHABLE", "away");

describe("what a venue trades, at the start of a process", () => {
  it("given that it answers, so it is asked once", async () => {
    const { outcome, asked } = asking("none");
    expect(await outcome).toEqual([]);
    expect(asked.times).toBe(1);
  });

  it.each([
    { given: "is away for a moment", script: [away, away, "none"] as const, times: 3 },
    { given: "does not answer at first", script: ["silence", "none"] as const, times: 2 },
  ])("given a venue that $given, so it is asked again", async ({ script, times }) => {
    const { clock, outcome, asked } = asking(...script);
    await pass(clock, 11_000, 100);
    expect(await outcome).toEqual([]);
    expect(asked.times).toBe(times);
  });

  it("given that it stays away, so the start fails with what it said, within half a minute", async () => {
    const { clock, outcome, asked } = asking(away);
    await pass(clock, 30_000, 100);
    expect(await outcome).toBe(away);
    expect(asked.times).toBeGreaterThan(10);
    expect(asked.times).toBeLessThan(25);
  });

  it.each(["UNAUTHORIZED", "INTERNAL"] as const)("given %s, so it is not asked again", async (code) => {
    const error = new SurefillError(code, "no");
    const { outcome, asked } = asking(error);
    expect(await outcome).toBe(error);
    expect(asked.times).toBe(1);
  });

  it("given that the process stops meanwhile, so it is not asked again", async () => {
    const { outcome, asked, stop } = asking(away);
    await settle();
    stop.abort();
    expect(await outcome).toBe(away);
    expect(asked.times).toBe(1);
  });
});
