import { describe, expect, it } from "vitest";
import { deskForTests, orderAfter, pathTo } from "../testing/desk-for-tests.ts";
import { after, lost, refused } from "../testing/order-fixtures.ts";
import type { CancelOutcome } from "../venue/venue.ts";
import { sendCancel } from "./send-cancel.ts";

/** A cancel of a CANCELLING order whose answer takes 30 ms, and what is kept of it. */
async function keptOf(outcome: CancelOutcome) {
  const test = deskForTests({
    script: {
      async cancel() {
        test.clock.advance(30);
        return outcome;
      },
      lookup: async () => ({ kind: "UNAVAILABLE", error: lost }),
    },
  });
  const order = await orderAfter(test, pathTo.CANCELLING);
  await sendCancel(test.desk, test.entry, order);
  const kept = await test.store.evidence.ofOrders([order.orderId]);
  return kept.filter(({ operation }) => operation === "CANCEL");
}

describe("what is kept of a cancel, as evidence", () => {
  it("given that it is taken, so nothing: the order's transitions tell it", async () => {
    expect(await keptOf({ kind: "ACCEPTED" })).toEqual([]);
  });

  it.each<readonly [CancelOutcome, string]>([
    [{ kind: "REFUSED", error: refused }, "INSUFFICIENT_FUNDS: no balance"],
    [{ kind: "UNKNOWN", error: lost }, "ANSWER_LOST: no answer"],
    [{ kind: "NOT_OPEN" }, ""],
  ])("given $kind, so the answer, with its times and its reason", async (outcome, detail) => {
    expect(await keptOf(outcome)).toMatchObject([
      {
        ...{ attemptNumber: 1, operation: "CANCEL", outcome: outcome.kind, detail },
        ...{ askedAt: after(0), answeredAt: after(30), count: 1 },
      },
    ]);
  });
});
