import { describe, expect, it } from "vitest";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import type { Order } from "../order/order.ts";
import { deskForTests, orderAfter, pathTo } from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import { fillOf, requestedAt } from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { passDeadline } from "./pass-deadline.ts";
import { requestCancel } from "./request-cancel.ts";
import { resolveInDoubt } from "./resolve-in-doubt.ts";

const declareDead = { operator: "ann", reason: "seen", verdict: { kind: "DECLARE_DEAD" } } as const;

/** What changes an order whoever else does, the phase it does so in, and how often it tries. */
const changes: readonly (readonly [
  string,
  keyof typeof pathTo,
  number,
  (desk: Desk, order: Order) => Promise<unknown>,
])[] = [
  [
    "a report",
    "CONFIRMING",
    20,
    (desk, order) => recordReport(desk, order, aboutOrder(order, { fills: [fillOf("F1", "0.1")] })),
  ],
  ["a wish to cancel", "CONFIRMING", 20, (desk, order) => requestCancel(desk, order, "now")],
  ["a deadline", "CONFIRMING", 20, (desk, order) => passDeadline(desk, order)],
  ["an operator's word", "IN_DOUBT", 5, (desk, order) => resolveInDoubt(desk, order, declareDead)],
];

describe.each(changes)("%s, of an order that others change meanwhile", (_, phase, triesMax, change) => {
  /** The first `races` tries come too late. */
  async function losing(races: number) {
    let tries = 0;
    let isContended = false;
    const test = deskForTests({
      script: { lookup: async () => ({ kind: "NOT_FOUND", asOf: addMs(requestedAt, 600_000) }) },
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(given) {
            if (!isContended) return orders.commit(given);
            tries += 1;
            return tries <= races ? { kind: "STALE_VERSION" } : orders.commit(given);
          },
        },
      }),
    });
    const order = await orderAfter(test, pathTo[phase], { expireTime: addMs(requestedAt, 1_000) });
    test.clock.advance(600_000);
    isContended = true;
    return { order, tries: () => tries, changed: () => change(test.desk, order) };
  }

  it(`given ${triesMax - 1} lost races, so it is made all the same`, async () => {
    const test = await losing(triesMax - 1);
    await test.changed();
    expect(test.tries()).toBe(triesMax);
  });

  it(`given ${triesMax}, so it is given up, naming the order`, async () => {
    const test = await losing(Number.POSITIVE_INFINITY);
    await expect(test.changed()).rejects.toMatchObject({
      code: "ORDER_CONTENDED",
      context: { order_id: test.order.orderId },
    });
    expect(test.tries()).toBe(triesMax);
  });
});
