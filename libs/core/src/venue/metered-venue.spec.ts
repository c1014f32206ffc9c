import { describe, expect, it } from "vitest";
import { OrderMetrics } from "../telemetry/order-metrics.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { lost, testAccount, testVenue } from "../testing/order-fixtures.ts";
import { RecordingMeter } from "../testing/recording-meter.ts";
import { ScriptedVenue, type VenueScript } from "../testing/scripted-venue.ts";
import { meteredVenue } from "./metered-venue.ts";

function setUp(script: VenueScript) {
  const [clock, meter] = [new ManualClock(), new RecordingMeter()];
  const metrics = new OrderMetrics(meter.meter);
  return { clock, meter, venue: meteredVenue(testVenue, new ScriptedVenue(script), { metrics, clock }) };
}

const { signal } = new AbortController();

describe("a metered venue", () => {
  it("given an answer that names itself, so it is counted by that, with its time", async () => {
    const test = setUp({
      lookup: async () => {
        test.clock.advance(250);
        return { kind: "UNAVAILABLE", error: lost };
      },
    });
    await test.venue.lookup({} as never, signal);
    expect(test.meter.told("surefill_venue_requests")).toEqual(["1 venue=paper operation=lookup outcome=UNAVAILABLE"]);
    expect(test.meter.told("surefill_venue_request_seconds")).toEqual([
      "0.25 venue=paper operation=lookup outcome=UNAVAILABLE",
    ]);
  });

  it("given every request there is, so each goes through as it is and is counted as OK", async () => {
    const test = setUp({
      instruments: async () => [],
      prices: async () => new Map(),
      balances: async () => new Map(),
      openOrders: async () => [],
      fillsSince: async (_account, after) => ({ fills: [], next: `${after}!` }),
    });
    await test.venue.instruments(signal);
    await test.venue.prices([], signal);
    await test.venue.balances(testAccount, signal);
    await test.venue.openOrders(testAccount, signal);
    expect(await test.venue.fillsSince(testAccount, "7", 10, signal)).toEqual({ fills: [], next: "7!" });
    expect(test.meter.told("surefill_venue_requests")).toEqual(
      ["instruments", "prices", "balances", "open_orders", "fills_since"].map(
        (operation) => `1 venue=paper operation=${operation} outcome=OK`,
      ),
    );
  });

  it("given a venue that can cancel all, so that is counted too; given one that can't, so there is nothing to call", async () => {
    const asked: unknown[] = [];
    const test = setUp({
      cancelAll: async (account, instrument) => {
        asked.push([account, instrument]);
        return { kind: "UNKNOWN", error: lost };
      },
    });
    expect(await test.venue.cancelAll?.(testAccount, undefined, signal)).toEqual({ kind: "UNKNOWN", error: lost });
    expect(asked).toEqual([[testAccount, undefined]]);
    expect(test.meter.told("surefill_venue_requests")).toEqual(["1 venue=paper operation=cancel_all outcome=UNKNOWN"]);
    expect(setUp({}).venue.cancelAll).toBeUndefined();
  });

  it("given an error, so it is counted as FAILED and thrown on", async () => {
    const failing = async () => {
      throw new Error("no");
    };
    const test = setUp({ openOrders: failing, submit: failing, prepare: failing, cancel: failing });
    await expect(test.venue.openOrders(testAccount, signal)).rejects.toThrow("no");
    await expect(test.venue.submit(testAccount, {} as never, signal)).rejects.toThrow("no");
    await expect(test.venue.prepare({} as never, signal)).rejects.toThrow("no");
    await expect(test.venue.cancel({} as never, signal)).rejects.toThrow("no");
    expect(test.meter.told("surefill_venue_requests")).toEqual(
      ["open_orders", "submit", "prepare", "cancel"].map(
        (operation) => `1 venue=paper operation=${operation} outcome=FAILED`,
      ),
    );
  });

  it("given a request that is given up, so it is counted then, and not again when it is answered", async () => {
    const answer = Promise.withResolvers<never[]>();
    const test = setUp({ openOrders: () => answer.promise });
    const given = new AbortController();
    const asked = test.venue.openOrders(testAccount, given.signal);
    given.abort();
    answer.resolve([]);
    await asked;
    expect(test.meter.told("surefill_venue_requests")).toEqual([
      "1 venue=paper operation=open_orders outcome=GIVEN_UP",
    ]);
  });

  it("given a venue without a stream, so it has none; given one with, so that is it", () => {
    expect(setUp({}).venue.watch).toBeUndefined();
    expect(setUp({ watch: async function* () {} }).venue.watch).toBeDefined();
  });
});
