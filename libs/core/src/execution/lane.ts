import type { OrderId } from "../order/order-id.ts";

/** Tasks that wait in one lane; a venue account that is this far behind takes no more work from the loop for now. */
const waitingMax = 10_000;

/**
 * The work of one venue account, first come, first served, at most `concurrencyMax` tasks at a time and never two of
 * one order.
 */
export class Lane {
  readonly #concurrencyMax: number;
  readonly #waiting = new Map<OrderId, () => Promise<void>>();
  readonly #running = new Map<OrderId, Promise<void>>();
  #closed = false;

  constructor(concurrencyMax: number) {
    this.#concurrencyMax = concurrencyMax;
  }

  /**
   * Queues `task`, which must not reject, unless one of that order waits or runs already, the lane is full or closed.
   * Returns whether it was queued: what was not is found again by the loop, for the order's row says what is due.
   */
  add(orderId: OrderId, task: () => Promise<void>): boolean {
    if (this.#closed || this.has(orderId) || this.#waiting.size >= waitingMax) return false;
    this.#waiting.set(orderId, task);
    this.#startWaiting();
    return true;
  }

  /** Whether a task of the order waits or runs. */
  has(orderId: OrderId): boolean {
    return this.#waiting.has(orderId) || this.#running.has(orderId);
  }

  /** Drops what waits and resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await Promise.all(this.#running.values());
  }

  #startWaiting(): void {
    for (const [orderId, task] of this.#waiting) {
      if (this.#running.size >= this.#concurrencyMax) return;
      this.#waiting.delete(orderId);
      const run = task().finally(() => {
        this.#running.delete(orderId);
        this.#startWaiting();
      });
      this.#running.set(orderId, run);
    }
  }
}
