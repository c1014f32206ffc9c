import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../id/seeded-random.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { testAccount, testVenue } from "../testing/order-fixtures.ts";
import { capableOfAll, manifestOf } from "../testing/venue-fixtures.ts";
import type { Capabilities, VenueManifest } from "./capabilities.ts";
import { loadVenue } from "./load-venue.ts";
import type { VenueEnvironment, VenuePlugin } from "./plugin.ts";
import type { Venue } from "./venue.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const unused = () => Promise.reject(new Error("loading a venue calls nothing of it"));
const environment: VenueEnvironment = {
  venue: testVenue,
  accounts: [testAccount],
  clock: new ManualClock(),
  random: new SeededRandom(1),
  log: quiet,
  http: unused,
  signal: new AbortController().signal,
};

const deaf: Venue = {
  instruments: unused,
  prices: unused,
  balances: unused,
  prepare: unused,
  submit: unused,
  lookup: unused,
  cancel: unused,
  openOrders: unused,
  fillsSince: unused,
  close: async () => {},
};
const streaming: Venue = { ...deaf, async *watch() {} };

interface FeeConfig {
  readonly feeBps: number;
}

/** Takes `{ feeBps: number }` and nothing else. */
const feeSchema: StandardSchemaV1<unknown, FeeConfig> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate(config) {
      const { feeBps, ...others } = config as { feeBps?: unknown };
      const unknown = Object.keys(others).map((key) => ({ message: "unknown key", path: [key] }));
      if (typeof feeBps === "number" && unknown.length === 0) return { value: { feeBps } };
      const missing = { message: "must be a number", path: ["fees", { key: "feeBps" }, 0] };
      return { issues: [...(typeof feeBps === "number" ? [] : [missing]), ...unknown, { message: "at all" }] };
    },
  },
};

function plugin(
  manifest: VenueManifest,
  create: (config: FeeConfig) => Venue = () => streaming,
): VenuePlugin<FeeConfig> {
  return { manifest, configSchema: feeSchema, create: async (config) => create(config) };
}

const mustNotCreate = (): Venue => {
  throw new Error("a venue was made that should have been refused");
};
const good = { feeBps: 10 };

describe("loading a venue", () => {
  it("given a library and a configuration that fit, so the venue is ready and was given the parsed configuration", async () => {
    const given: unknown[] = [];
    const fitting = plugin(manifestOf(), (config) => {
      given.push(config);
      return streaming;
    });
    const loaded = await loadVenue(fitting, good, environment);
    expect(loaded.venue).toBe(streaming);
    expect(loaded.manifest).toEqual(manifestOf());
    expect(given).toEqual([good]);
  });

  it("given claims that depend on the configuration, so those are the venue's", async () => {
    const manifestFor = async ({ feeBps }: FeeConfig) => manifestOf({ quoteQuantity: feeBps === 10 });
    const depending = { ...plugin(manifestOf({ partialFills: false })), manifestFor };
    expect((await loadVenue(depending, good, environment)).manifest).toEqual(manifestOf());
    const other = await loadVenue(depending, { feeBps: 11 }, environment);
    expect(other.manifest.capabilities.quoteQuantity).toBe(false);
  });

  it("given claims of a configuration that don't hold together, so it is refused before the venue is made", async () => {
    const manifestFor = async () => manifestOf({ orderTypes: [] });
    const wrong = { ...plugin(manifestOf(), mustNotCreate), manifestFor };
    await expect(loadVenue(wrong, good, environment)).rejects.toThrow(/claims no order type/);
  });

  it.each([0, 2, 1.5, Number.NaN])(
    "given a library for version %d of the port, so it is refused",
    async (apiVersion) => {
      const old = plugin({ ...manifestOf(), apiVersion }, mustNotCreate);
      await expect(loadVenue(old, good, environment)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: `venue paper: scripted: made for version ${apiVersion} of the venue port, this is version 1`,
        context: { field: "venues", venue: "paper" },
      });
    },
  );

  it.each<readonly [string, Partial<Capabilities>]>([
    ["claims no order type", { orderTypes: [] }],
    ["claims no time in force", { timesInForce: [] }],
    ["claims a fillHistoryMs of 0; give whole milliseconds, more than 0", { fillHistoryMs: 0 }],
    ["claims a fillHistoryMs of 0.5; give whole milliseconds, more than 0", { fillHistoryMs: 0.5 }],
    ["claims STOP_LOSS orders, but not GTC, as they wait", { timesInForce: ["IOC", "FOK"] }],
    ["claims TAKE_PROFIT orders, but not GTC, as they wait", { orderTypes: ["TAKE_PROFIT"], timesInForce: ["IOC"] }],
    ["claims postOnly, but no LIMIT orders that are GTC", { orderTypes: ["MARKET"] }],
    ["claims postOnly, but no LIMIT orders that are GTC", { orderTypes: ["LIMIT"], timesInForce: ["IOC"] }],
    [
      "claims look-up by submit key, but not that its orders carry one (clientOrderIds)",
      { clientOrderIds: false, lookupBySubmitKey: true },
    ],
  ])("given a library that %s, so it is refused before it is made", async (fault, claims) => {
    const contradictory = plugin(manifestOf(claims), mustNotCreate);
    await expect(loadVenue(contradictory, good, environment)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: `venue paper: scripted: ${fault}`,
    });
  });

  it("given two rate limits of one name, whose requests would be counted as one's, so it is refused", async () => {
    const limit = { name: "orders", requestsMax: 10, windowMs: 1_000 };
    const rateLimits = [limit, { ...limit, scope: "VENUE" } as const];
    await expect(
      loadVenue(plugin({ ...manifestOf(), rateLimits }, mustNotCreate), good, environment),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: 'venue paper: scripted: has two rate limits called "orders"',
    });
  });

  it("given a library that claims streams and has none, so it is refused", async () => {
    await expect(
      loadVenue(
        plugin(manifestOf(), () => deaf),
        good,
        environment,
      ),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: "venue paper: scripted claims streams but has no watch()",
    });
  });

  it.each([true, "PER_INSTRUMENT"] as const)(
    "given a library that claims cancelAll (%s) and has none, so it is refused",
    async (cancelAll) => {
      await expect(loadVenue(plugin(manifestOf({ cancelAll })), good, environment)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: "venue paper: scripted claims cancelAll but has no cancelAll()",
      });
      const able = { ...streaming, cancelAll: unused };
      const claiming = plugin(manifestOf({ cancelAll }), () => able);
      await expect(loadVenue(claiming, good, environment)).resolves.toMatchObject({ venue: able });
    },
  );

  it("given a library without streams that says so, so it is taken", async () => {
    const poor = { ...capableOfAll, streams: false };
    await expect(
      loadVenue(
        plugin(manifestOf(poor), () => deaf),
        good,
        environment,
      ),
    ).resolves.toMatchObject({ venue: deaf });
  });

  it("given a configuration that breaks several rules, so each is named with its place, and nothing is made", async () => {
    const refusing = plugin(manifestOf(), mustNotCreate);
    await expect(loadVenue(refusing, { feebps: 10, url: "x" }, environment)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message:
        "venue paper: its config is refused: fees.feeBps.0: must be a number; feebps: unknown key; url: unknown key; at all",
    });
  });

  it("given a library that fails while it is made, so its own error is told", async () => {
    const broken = plugin(manifestOf(), () => {
      throw new Error("no such endpoint");
    });
    await expect(loadVenue(broken, good, environment)).rejects.toThrow("no such endpoint");
  });
});
