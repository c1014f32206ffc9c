import { type OrderChange, type Store, SurefillError } from "@surefill/core";
import { poisonOf } from "../scenario/poison.ts";

/** A store that refuses what is written about poisonous orders, each for itself, as real ones isolate a bad row. */
export function poisonedStore(store: Store): Store {
  return {
    ...store,
    orders: {
      ...store.orders,
      commit(change) {
        if (!isRefused(change)) return store.orders.commit(change);
        const text = `order ${change.order.orderId}: its row can't be written`;
        return Promise.reject(new SurefillError("STORE_REFUSED", text));
      },
    },
  };
}

function isRefused({ versionBefore, order, attempt }: OrderChange): boolean {
  const poison = poisonOf(order.instruction.clientOrderId);
  if (poison === undefined || versionBefore === undefined) return false;
  return poison === "commit" || (poison === "answer" && attempt?.kind !== "PREPARED");
}
