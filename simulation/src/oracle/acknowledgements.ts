import { type AccountId, type ClientOrderId, isTerminal, type OrderId } from "@surefill/core";
import type { Break } from "./invariant.ts";
import type { OracleView } from "./oracle-view.ts";

/** Invariants 1 and 7: what callers were told is stored, stays so, and is the same each time. */
export class Acknowledgements {
  readonly #view: OracleView;
  readonly #break: Break;
  readonly #orders = new Map<string, OrderId>();
  readonly #cancels = new Set<OrderId>();

  constructor(view: OracleView, breaks: Break) {
    this.#view = view;
    this.#break = breaks;
  }

  ordered(account: AccountId, clientOrderId: ClientOrderId, orderId: OrderId): void {
    const key = `${account}/${clientOrderId}`;
    const earlier = this.#orders.get(key);
    if (earlier !== undefined && earlier !== orderId) {
      this.#break("one-order-per-client-id", `${key} was acknowledged as ${earlier} and as ${orderId}`);
    }
    this.#orders.set(key, orderId);
    if (!this.#view.tables.orders.has(orderId)) this.#break("acknowledged-is-durable", `${orderId} is not stored`);
  }

  cancelled(orderId: OrderId): void {
    this.#cancels.add(orderId);
    this.#checkCancel(orderId);
  }

  checkAll(): void {
    const { tables } = this.#view;
    for (const orderId of this.#orders.values()) {
      if (!tables.orders.has(orderId))
        this.#break("acknowledged-is-durable", `${orderId} was acknowledged and is gone`);
    }
    for (const orderId of this.#cancels) this.#checkCancel(orderId);
    if (tables.orderIdsByClientOrderId.size !== tables.orders.size) {
      const text = `${tables.orders.size} orders of ${tables.orderIdsByClientOrderId.size} names`;
      this.#break("one-order-per-client-id", text);
    }
  }

  #checkCancel(orderId: OrderId): void {
    const order = this.#view.tables.orders.get(orderId);
    if (order === undefined || (order.cancelRequest === undefined && !isTerminal(order))) {
      this.#break("acknowledged-is-durable", `${orderId}: its cancel was acknowledged and is not stored`);
    }
  }
}
