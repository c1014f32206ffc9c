import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountId, VenueGate, venueId } from "@surefill/core";
import { openStore } from "@surefill/persistence";
import { SystemClock } from "@surefill/runtime";
import { describe, expect, it } from "vitest";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const account = accountId("paper");
const limit = { name: "requests", requestsMax: 20, windowMs: 500 };

describe("the rate budget of one venue account", () => {
  it("given three processes' gates on one database, so never more than the limit in any window, and all get through", async () => {
    const folder = await mkdtemp(join(tmpdir(), "surefill-rates-"));
    const file = join(folder, "surefill.db");
    const stores = [];
    for (let opened = 0; opened < 3; opened += 1) stores.push(await openStore({ kind: "sqlite", file }, { log }));
    const clock = new SystemClock();
    const leftAtMs: number[] = [];
    const gates = stores.map(
      ({ rates }) =>
        new VenueGate(
          { clock, log, rates },
          {
            ...{ venue: venueId("sim"), accounts: [account], rateLimits: [limit] },
            rateBudget: { limitShare: 1, reserveShare: 0.2 },
          },
        ),
    );
    const { signal } = new AbortController();
    const ask = (gate: VenueGate, isUrgent: boolean) =>
      gate.ask({ account, operation: "openOrders", isUrgent }, signal, async () => leftAtMs.push(clock.monotonicMs()));
    const asked = Array.from({ length: 60 }, (_, n) => {
      const gate = gates[n % gates.length];
      return gate && ask(gate, n % 4 === 0);
    });
    await Promise.all(asked);
    expect(leftAtMs).toHaveLength(60);
    for (const from of leftAtMs) {
      const inside = leftAtMs.filter((at) => at >= from && at < from + limit.windowMs);
      expect(inside.length).toBeLessThanOrEqual(limit.requestsMax);
    }
    await Promise.all(stores.map((store) => store.close()));
    await rm(folder, { recursive: true });
  });
});
