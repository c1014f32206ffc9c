import { describe, expect, it } from "vitest";
import { type Attempt, attemptOf } from "../order/order.ts";
import type { OrderChange } from "../store/order-change.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { changed, codeOf, commitOpen, filled, freshAccount, placed, prepared, traceOf } from "./order-store-fixture.ts";

interface Poison {
  /** Which order the change is made from. */
  readonly given: "a PENDING order" | "a CONFIRMING order";
  readonly when: string;
  /** `other`: a CONFIRMING order of the same account with a fill "taken". */
  readonly change: (at: OrderChange, other: OrderChange) => OrderChange;
}

const poisons: readonly Poison[] = [
  {
    given: "a PENDING order",
    when: "an attempt takes a submit key that another order has",
    change: (at, other) => prepared(at, { submitKey: lastAttempt(other).submitKey }),
  },
  {
    given: "a PENDING order",
    when: "an attempt is prepared and not written",
    change: (at) => omitAttempt(prepared(at)),
  },
  {
    given: "a PENDING order",
    when: "a new order takes its order id",
    change: (at) => placed({ account: at.order.instruction.account, orderId: at.order.orderId }),
  },
  {
    given: "a CONFIRMING order",
    when: "it records a fill that another order has",
    change: (at, other) => filled(at, { fillId: "taken", ...venueOrderOf(other) }),
  },
  { given: "a CONFIRMING order", when: "it records one fill twice", change: (at) => doubled(filled(at)) },
  { given: "a CONFIRMING order", when: "the versions have a gap", change: (at) => gapped(filled(at)) },
  {
    given: "a CONFIRMING order",
    when: "an attempt is answered that was never made",
    change: (at) => changed(at, [], { attempt: { ...answerOf(at), number: 2 } }),
  },
  { given: "a CONFIRMING order", when: "it posts without a fill", change: (at) => ({ ...filled(at), fills: [] }) },
  {
    given: "a CONFIRMING order",
    when: "it is fenced by another venue account",
    change: (at) => ({
      ...filled(at),
      fence: { venueAccount: { ...at.order.instruction, venue: venueId("x") }, epoch: 1 },
    }),
  },
];

export function describeRefusals(get: OpenedGetter): void {
  describe("a row that can't be stored fails alone among 100 good ones and leaves nothing", () => {
    it.each(poisons)("given $given, when $when", async ({ given, change }) => {
      const { store } = get();
      const account = freshAccount();
      const other = await commitOpen(store, { account });
      await store.orders.commit(filled(other, { quantity: "1", fillId: "taken" }));
      const at = given === "a PENDING order" ? placed({ account }) : await commitOpen(store, { account });
      if (given === "a PENDING order") await store.orders.commit(at);
      const before = await traceOf(store, at.order);
      const neighbours = Array.from({ length: 100 }, () => placed());

      const first = neighbours.slice(0, 60).map((neighbour) => store.orders.commit(neighbour));
      const poisoned = codeOf(store.orders.commit(change(at, other)));
      const last = neighbours.slice(60).map((neighbour) => store.orders.commit(neighbour));

      expect(await poisoned).toBe("STORE_REFUSED");
      expect(await Promise.all([...first, ...last])).toEqual(neighbours.map(() => ({ kind: "COMMITTED" })));
      expect(await traceOf(store, at.order)).toEqual(before);
    });
  });
}

function lastAttempt({ order }: OrderChange): Attempt {
  const attempt = attemptOf(order);
  if (attempt === undefined) throw new Error("the order has no attempt");
  return attempt;
}

function venueOrderOf(change: OrderChange): Pick<Attempt, "venueOrderId"> {
  const { venueOrderId } = lastAttempt(change);
  return venueOrderId === undefined ? {} : { venueOrderId };
}

function answerOf({ order }: OrderChange) {
  return { kind: "ANSWERED", outcome: "REJECTED", answeredAt: order.updatedAt } as const;
}

function omitAttempt({ attempt: _, ...change }: OrderChange): OrderChange {
  return change;
}

function doubled(change: OrderChange): OrderChange {
  return { ...change, fills: [...change.fills, ...change.fills] };
}

function gapped(change: OrderChange): OrderChange {
  const version = change.order.version + 1;
  const records = change.records.map((record) => ({ ...record, version }));
  return { ...change, order: { ...change.order, version }, records };
}
