import { describe, expect, it } from "vitest";
import type { Order } from "../order/order.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { openMemoryStore } from "../testing/memory-store.ts";
import { firstAttempt, orderIn } from "../testing/order-fixtures.ts";
import { addMs, elapsedMs } from "../time/wall-time.ts";
import { LookupLadder } from "./lookup-ladder.ts";
import { nextLookUp } from "./next-look-up.ts";

const doubtful = orderIn("IN_DOUBT");
const at = (ms: number) => addMs(doubtful.updatedAt, ms);

/** What a store keeps of look-ups that were asked at these instants after the doubt began, answered at once. */
async function kept(
  ms: readonly number[],
  rest: { readonly attemptNumber?: number; readonly operation?: "CANCEL" } = {},
) {
  const { evidence } = openMemoryStore(new ManualClock());
  for (const asked of ms) {
    await evidence.append({
      ...{ orderId: doubtful.orderId, attemptNumber: 1, operation: "LOOKUP", outcome: "NOT_FOUND", detail: "" },
      ...{ askedAt: at(asked), answeredAt: at(asked), ...rest },
    });
  }
  return evidence.ofOrders([doubtful.orderId]);
}

describe("when an order in doubt is looked up next", () => {
  it("given no look-up yet, so since the doubt began", async () => {
    expect(nextLookUp(doubtful, [])).toEqual({ count: 0, nextAt: doubtful.updatedAt });
  });

  it("given any number of them, so when the tracker's own ladder asks again", async () => {
    const ladder = new LookupLadder();
    const asked: number[] = [];
    for (let ms = 0; ms <= 100_000; ms += 500) {
      if (!ladder.isDue(doubtful, ms)) continue;
      if (asked.length > 0) {
        const { count, nextAt } = nextLookUp(doubtful, await kept(asked));
        expect([count, elapsedMs(doubtful.updatedAt, nextAt)]).toEqual([asked.length, ms]);
      }
      ladder.lookedUp(doubtful, ms);
      asked.push(ms);
    }
    expect(asked).toHaveLength(9);
  });

  it.each([
    ["of an earlier attempt", [100], { attemptNumber: 2 }],
    ["that are cancels", [100], { operation: "CANCEL" }],
    ["from before it last changed", [-1], {}],
  ] as const)("given questions %s, so they don't count", async (_what, ms, rest) => {
    expect(nextLookUp(doubtful, await kept(ms, rest))).toEqual({ count: 0, nextAt: doubtful.updatedAt });
  });

  it("given answers of several kinds, so from the last of them, whichever was kept first", async () => {
    const { evidence } = openMemoryStore(new ManualClock());
    for (const [asked, outcome] of [
      [4_000, "UNAVAILABLE"],
      [100, "NOT_FOUND"],
    ] as const) {
      await evidence.append({
        ...{ orderId: doubtful.orderId, attemptNumber: 1, operation: "LOOKUP", outcome, detail: "" },
        ...{ askedAt: at(asked), answeredAt: at(asked + 50) },
      });
    }
    const { count, lastAt } = nextLookUp(doubtful, await evidence.ofOrders([doubtful.orderId]));
    expect([count, lastAt]).toEqual([2, at(4_050)]);
  });

  it("given an order whose attempt is another one by now, so its look-ups begin anew", async () => {
    const next: Order = { ...doubtful, state: "IN_DOUBT", attempt: { ...firstAttempt, number: 2 } };
    expect(nextLookUp(next, await kept([100])).count).toBe(0);
  });
});
