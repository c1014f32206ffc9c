import type { Store } from "@surefill/core";
import type { Contender } from "./contender.ts";

/** Our store, through its port. */
export function storeContender(store: Store): Contender {
  return {
    name: "the store",
    async commit(change) {
      const { kind } = await store.orders.commit(change);
      if (kind !== "COMMITTED") throw new Error(`order ${change.order.orderId}: ${kind}`);
    },
    close: () => store.close(),
  };
}
