import type { AccountId } from "@surefill/core";
import type { OrderEvent } from "./exchange-event.ts";
import type { Limits } from "./settings.ts";
import { refuse } from "./spot-refusal.ts";

const tenSecondsMs = 10_000;
const dayMs = 86_400_000;
/** What the first fill gives back: more to those who made the market than to those who took it. */
const givenBack = { TAKER: 1, MAKER: 5 } as const;

export interface OrderCount {
  readonly interval: "SECOND" | "DAY";
  readonly intervalNum: number;
  readonly limit: number;
  readonly count: number;
}

interface Window {
  startMs: number;
  count: number;
}

/** Unfilled orders of each account in the windows of the ORDERS limit (binance-spot-api-docs, order_count_decrement). */
export class OrderCounts {
  readonly #limits: Limits;
  readonly #counts = new Map<string, Window>();
  readonly #filled = new Set<number>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  apply(event: OrderEvent): void {
    if (event.type === "ORDER_ACCEPTED" && event.isForeign !== true) this.#add(event.account, event.at, 1);
    if (event.type !== "TRADE" || this.#filled.has(event.orderId)) return;
    this.#filled.add(event.orderId);
    this.#add(event.account, event.at, -givenBack[event.isMaker ? "MAKER" : "TAKER"]);
  }

  /** @throws SpotRefusal −1015 when one order more is one too many. */
  check(account: AccountId, nowMs: number): void {
    for (const { lengthMs, limit, text } of this.#windows()) {
      const window = this.#window(account, lengthMs, nowMs);
      if (window.count >= limit) throw refuse.tooManyOrders(limit, text, window.startMs + lengthMs - nowMs);
    }
  }

  of(account: AccountId, nowMs: number): readonly OrderCount[] {
    return this.#windows().map(({ lengthMs, limit, interval, intervalNum }) => {
      const { count } = this.#window(account, lengthMs, nowMs);
      return { interval, intervalNum, limit, count };
    });
  }

  #windows() {
    const { ordersPerTenSeconds, ordersPerDay } = this.#limits;
    return [
      { lengthMs: tenSecondsMs, limit: ordersPerTenSeconds, text: "10 SECOND", interval: "SECOND", intervalNum: 10 },
      { lengthMs: dayMs, limit: ordersPerDay, text: "1 DAY", interval: "DAY", intervalNum: 1 },
    ] as const;
  }

  #add(account: AccountId, atMs: number, change: number): void {
    for (const { lengthMs } of this.#windows()) {
      const window = this.#window(account, lengthMs, atMs);
      window.count = Math.max(0, window.count + change);
    }
  }

  #window(account: AccountId, lengthMs: number, nowMs: number): Window {
    const startMs = Math.floor(nowMs / lengthMs) * lengthMs;
    const key = `${account}/${lengthMs}`;
    const known = this.#counts.get(key);
    if (known?.startMs === startMs) return known;
    const fresh = { startMs, count: 0 };
    this.#counts.set(key, fresh);
    return fresh;
  }
}
