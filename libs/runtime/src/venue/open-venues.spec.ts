import { SurefillError } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../config/config.ts";
import { SystemRandom } from "../random/system-random.ts";
import { openVenues } from "./open-venues.ts";

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const surroundings = {
  clock: new ManualClock(),
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
