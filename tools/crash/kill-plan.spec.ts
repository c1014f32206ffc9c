import { SeededRandom } from "@surefill/core";
import { describe, expect, it } from "vitest";
import { killPlan } from "./kill-plan.ts";

const plan = (kills: number, seed = 1, trackers = 1) =>
  killPlan({ kills, trackers, longPauseMs: 2_000 }, new SeededRandom(seed));

describe("killPlan", () => {
  it("given a seed, so always the same blows, and others for another seed", () => {
    expect(plan(50)).toEqual(plan(50));
    expect(plan(50)).not.toEqual(plan(50, 2));
  });

  it.each([1, 2, 3])(
    "given 50 kills of seed %i, so both roles, both signals, short and long pauses, most on the wire",
    (seed) => {
      const kills = plan(50, seed);
      expect(new Set(kills.map(({ role, blow }) => `${role} ${blow.signal}`)).size).toBe(4);
      const pauses = kills.flatMap(({ blow }) => (blow.signal === "SIGSTOP" ? [blow.pausedMs] : []));
      expect(pauses.filter((ms) => ms < 800)).not.toEqual([]);
      expect(pauses.filter((ms) => ms >= 2_000)).not.toEqual([]);
      const again = kills.flatMap(({ blow }) => ("againAfterMs" in blow ? [blow.againAfterMs] : []));
      expect(again).not.toEqual([]);
      expect(kills.filter(({ cutsConnections }) => cutsConnections)).not.toEqual([]);
      expect(kills.filter(({ onTheWire }) => onTheWire).length).toBeGreaterThan(25);
    },
  );

  it("given no trackers of their own, so every blow is against a server", () => {
    expect(new Set(plan(50, 1, 0).map(({ role }) => role))).toEqual(new Set(["server"]));
  });
});
