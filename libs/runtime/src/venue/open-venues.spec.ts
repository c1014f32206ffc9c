import { accountId, defaultRetryPolicy, instrumentId, SurefillError, venueId } from "@surefill/core";
import { ManualClock, openMemoryStore } from "@surefill/core/testing";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../config/config.ts";
import { SystemRandom } from "../random/system-random.ts";
import { openVenues } from "./open-venues.ts";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const clock = new ManualClock();
const surroundings = {
  clock,
  rates: openMemoryStore(clock).rates,
  retry: defaultRetryPolicy,
  random: new SystemRandom(),
  log,
  signal: new AbortController().signal,
};

describe("openVenues refuses, naming the venue", () => {
  it.each([
    {
      given: "a package that is not there",
      plugin: "@surefill/venue-nowhere",
      names: "can't load @surefill/venue-nowhere",
    },
    { given: "a package that is no venue", plugin: "zod", names: "zod exports no `plugin`" },
  ])("given $given", async ({ plugin, names }) => {
    const { venues } = parseConfig({ venues: { first: { plugin, accounts: ["paper"] } } }, "the spec");
    const error = await openVenues(venues, surroundings).catch((thrown: unknown) => thrown);
    expect(SurefillError.from(error).code).toBe("CONFIG_INVALID");
    expect(SurefillError.from(error).message).toContain(`venue first: ${names}`);
  });
});

describe("openVenues", () => {
  const sim = { plugin: "@surefill/venue-sim", accounts: ["one", "two"] };

  it("given a retry policy of a venue and of an account, so each overrides what is more general", async () => {
    const settings = { ...sim, retry: { attemptsMax: 5, delayMs: 10 }, retryByAccount: { two: { attemptsMax: 7 } } };
    const { venues } = parseConfig({ venues: { sim: settings } }, "the spec");
    const entry = (await openVenues(venues, surroundings)).get(venueId("sim"));
    expect(entry?.retryPolicies?.get(accountId("one"))).toEqual({ ...defaultRetryPolicy, attemptsMax: 5, delayMs: 10 });
    expect(entry?.retryPolicies?.get(accountId("two"))).toEqual({ ...defaultRetryPolicy, attemptsMax: 7, delayMs: 10 });
    await entry?.venue.close();
  });

  it("given any venue, so it stands behind its gate", async () => {
    const { venues } = parseConfig({ venues: { sim } }, "the spec");
    const entry = (await openVenues(venues, surroundings)).get(venueId("sim"));
    expect(entry?.gate?.breaker()).toEqual({ state: "CLOSED", failuresInARow: 0 });
    await entry?.venue.close();
  });
});

describe("a venue priced by another", () => {
  const btc = instrumentId("BTC/USDT");
  const walk = { source: "walk", startPrices: { "BTC/USDT": "20000" } };
  const sim = (prices: Record<string, unknown>) => ({
    ...{ plugin: "@surefill/venue-sim", accounts: ["one"], config: { prices } },
  });
  const by = (venue: string) => sim({ source: "venue", venue });
  const opened = (venues: Record<string, unknown>) =>
    openVenues(parseConfig({ venues }, "the spec").venues, surroundings);

  it.each([
    ["before", { paper: by("live"), live: sim(walk) }],
    ["after", { live: sim(walk), paper: by("live") }],
    ["by way of a third", { paper: by("between"), between: by("live"), live: sim(walk) }],
  ])("has its prices and instruments, wherever in the configuration that one stands: %s", async (_where, venues) => {
    const directory = await opened(venues);
    const [paper, live] = ["paper", "live"].map((name) => directory.get(venueId(name)));
    const never = new AbortController().signal;
    const quoted = await paper?.venue.prices([btc], never);
    expect(quoted?.get(btc)).toMatchObject({ bid: "19998", ask: "20002" });
    expect((await live?.venue.prices([btc], never))?.get(btc)).toMatchObject({ bid: "19998", ask: "20002" });
    expect(paper?.instruments.get(btc)).toEqual(live?.instruments.get(btc));
    expect([...directory.keys()].sort()).toEqual(Object.keys(venues).sort());
    for (const { venue } of directory.values()) await venue.close();
  });

  it.each([
    ["itself", { paper: by("paper") }, "venue paper: venues that take prices from each other: paper → paper"],
    [
      "one that takes its own",
      { a: by("b"), b: by("a") },
      "venue b: venues that take prices from each other: a → b → a",
    ],
    ["a circle further on", { a: by("b"), b: by("c"), c: by("b") }, "each other: a → b → c → b"],
    [
      "one that is not there",
      { paper: by("live"), other: sim(walk) },
      "there is no venue live to take prices from; there are: paper, other",
    ],
    ["a name that any object has", { paper: by("constructor") }, "there is no venue constructor"],
  ])("given %s, so it is refused, naming it", async (_given, venues, text) => {
    const error = SurefillError.from(await opened(venues).catch((thrown: unknown) => thrown));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(text);
  });
});
