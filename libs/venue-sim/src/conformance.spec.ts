import { cards, runConformance } from "@surefill/venue-testkit";
import { expect, test } from "vitest";
import { conformance } from "./testing/conformance.ts";

test.each(cards)("$id $title", { timeout: 60_000 }, async ({ id }) => {
  const { results } = await runConformance(conformance, { only: [id] });
  expect(results.map(({ verdict }) => verdict)).toEqual([{ kind: "PASSED" }]);
});
