import type { Desk } from "../desk/desk.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";

interface Waiting {
  readonly orderId: OrderId;
  readonly reached: (order: Order) => boolean;
  readonly resolve: (order: Order) => void;
}

/** How often waiting orders are read when nothing wakes us: a lost wake-up costs this much. */
const idleMs = 250;
/** Least time between two reads, however many commits there are. */
const pauseMs = 5;
const readMax = 1_000;

/**
 * Waits for orders to get somewhere, whichever process moves them there. Changes of this process arrive by `observed`
 * at once; those of others by one read of all waiting orders after each wake-up.
 */
export class OrderWaiter {
  readonly #desk: Pick<Desk, "store" | "clock" | "log">;
  readonly #waiting = new Map<OrderId, Set<Waiting>>();
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #changed = false;
  #reading: Promise<void> | undefined;
  readonly #unsubscribe: () => void;

  constructor(desk: Pick<Desk, "store" | "clock" | "log">) {
    this.#desk = desk;
    this.#unsubscribe = desk.store.changes.subscribe(() => {
      this.#changed = true;
      this.#wake?.();
    });
  }

  /** Tells of a change that this process made durable. */
  observed(order: Order): void {
    for (const waiting of this.#waiting.get(order.orderId) ?? []) this.#settleIfReached(waiting, order);
  }

  /**
   * The order once `reached` holds, or as it is when `timeoutMs` have passed or `signal` aborts, whichever is first.
   */
  async until(
    order: Order,
    reached: (order: Order) => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Order> {
    if (reached(order) || timeoutMs <= 0 || signal.aborted || this.#stop.signal.aborted) return order;
    const given = Promise.withResolvers<Order>();
    const waiting: Waiting = { orderId: order.orderId, reached, resolve: given.resolve };
    this.#add(waiting);
    this.#reading ??= this.#read();
    const end = new AbortController();
    const giveUp = this.#desk.clock.sleep(timeoutMs, AbortSignal.any([signal, end.signal, this.#stop.signal]));
    const first = await Promise.race([given.promise, giveUp]);
    end.abort();
    this.#remove(waiting);
    return first ?? (await this.#desk.store.orders.find(order.orderId)) ?? order;
  }

  /** Everyone who waits gets the order as it is. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stop.abort();
    this.#wake?.();
    await this.#reading;
  }

  #add(waiting: Waiting): void {
    const others = this.#waiting.get(waiting.orderId) ?? new Set();
    this.#waiting.set(waiting.orderId, others.add(waiting));
  }

  #remove(waiting: Waiting): void {
    const others = this.#waiting.get(waiting.orderId);
    others?.delete(waiting);
    if (others?.size === 0) this.#waiting.delete(waiting.orderId);
  }

  #settleIfReached(waiting: Waiting, order: Order): void {
    if (!waiting.reached(order)) return;
    this.#remove(waiting);
    waiting.resolve(order);
  }

  /** Runs while somebody waits. */
  async #read(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#stop.signal.aborted) {
      await this.#rest();
      const orderIds = [...this.#waiting.keys()];
      try {
        for (let from = 0; from < orderIds.length; from += readMax) {
          const orders = await this.#desk.store.orders.findMany(orderIds.slice(from, from + readMax));
          for (const order of orders) this.observed(order);
        }
      } catch (error) {
        this.#desk.log.warn({ error }, "waiting orders could not be read; trying again");
      }
    }
    this.#reading = undefined;
  }

  async #rest(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#desk.clock.sleep(pauseMs, this.#stop.signal);
    // What was committed while the last read was under way is read now.
    if (!this.#changed && !this.#stop.signal.aborted) await this.#desk.clock.sleep(idleMs, woken.signal);
    this.#changed = false;
    this.#wake = undefined;
  }
}
