import { cards, runConformance } from "@surefill/venue-testkit";
import { expect, test } from "vitest";
import { conformance } from "./testing/conformance.ts";

const verdicts = [{ kind: "PASSED" }, { kind: "SKIPPED", reason: "streams are not claimed" }];

test.each(cards)("$id $title", { timeout: 60_000 }, async ({ id }) => {
  const { results } = await runConformance(conformance, { only: [id] });
  for (const { verdict } of results) expect(verdicts).toContainEqual(verdict);
  expect(results).toHaveLength(1);
});
