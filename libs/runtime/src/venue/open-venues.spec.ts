import { accountId, defaultRetryPolicy, SurefillError, venueId } from "@surefill/core";
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
