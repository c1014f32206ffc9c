import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../error/error-code.ts";
import { orderError } from "../error/order-error.ts";
import { deskForTests, orderAfter } from "../testing/desk-for-tests.ts";
import { after, sampleEvents } from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { oneLiveAttempt } from "./one-live-attempt.ts";

/** An order of two attempts, whose first was found dead by `code` and then, by a late answer, taken after all. */
async function takenAfterDeath(code: ErrorCode) {
  const { desk, store, clock } = deskForTests();
  const died = { type: "RETRY_SCHEDULED", error: orderError(code, "why"), retryAt: after(900) } as const;
  const order = await orderAfter({ desk }, [sampleEvents.ATTEMPT_PREPARED, died, sampleEvents.ATTEMPT_PREPARED]);
  const attempts = await store.orders.attempts(order.orderId);
  const late = { outcome: "ACCEPTED", answeredAt: addMs(clock.wall(), 5_000) } as const;
  return oneLiveAttempt({
    ...{ kind: "READ", orderId: order.orderId, order, row: {}, isOpen: true, fills: [], namesakes: [] },
    events: await store.events.ofOrder(order.orderId, 100),
    attempts: attempts.map((attempt) => (attempt.number === 1 ? { ...attempt, ...late } : attempt)),
  });
}

describe("a first attempt that an answer says was taken after it was found dead", () => {
  it.each(["ATTEMPT_EXPIRED", "VENUE_UNREACHABLE"] as const)("given %s, so two may be alive", async (code) => {
    expect(await takenAfterDeath(code)).toMatchObject([{ invariant: "ONE_LIVE_ATTEMPT", subject: "attempt 1" }]);
  });

  it.each(["VENUE_REJECTED", "VENUE_BUSY"] as const)("given the venue's own %s, so that ended it", async (code) => {
    expect(await takenAfterDeath(code)).toEqual([]);
  });
});
