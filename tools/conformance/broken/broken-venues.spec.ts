import { runConformance, summaryOf } from "@surefill/venue-testkit";
import { describe, expect, it } from "vitest";
import { brokenConformance } from "./broken-venue.ts";
import { brokenVenues } from "./broken-venues.ts";

describe("a library that is broken", () => {
  it.concurrent.each(brokenVenues)(
    "given one that $mistake, so the cards for it fail, and no others",
    { timeout: 900_000 },
    async (broken) => {
      const { failures } = summaryOf(await runConformance(brokenConformance(broken), { concurrency: 4 }));
      const failed = failures.map(({ card }) => card);
      expect(failed, JSON.stringify(failures, null, 1)).toEqual(broken.cards);
    },
  );
});
