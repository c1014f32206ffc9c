import { type AccountId, accountId, type Log, type SubmitKey, submitKey } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { configSchema, type SimConfig } from "../config.ts";
import { Exchange } from "../exchange/exchange.ts";
import type { SubmitAnswer } from "../exchange/exchange-api.ts";
import type { ExchangeEvent } from "../exchange/exchange-event.ts";
import { MemoryExchangeLog } from "../exchange/exchange-log.ts";
import { openPriceSources } from "../exchange/market/open-price-sources.ts";
import type { ListedInstrument } from "../exchange/settings.ts";

export const paper: AccountId = accountId("paper");
export const never = new AbortController().signal;
export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A config without latency and fee, so that tables show the matching alone; `fields` replace. */
export function simConfig(fields: Record<string, unknown> = {}): SimConfig {
  return configSchema.parse({ latencySubmitMs: 0, latencyConfirmMs: 0, feeBps: 0, ...fields });
}

/** BTC/USDT, as the default config lists it. */
export function listedInstrument(): ListedInstrument {
  const [first] = simConfig().instruments;
  if (first === undefined) throw new Error("the default config lists no instrument");
  return first;
}

/** An exchange in memory on a clock that stands still, and what it logs. */
export class TestExchange {
  readonly clock: ManualClock;
  readonly exchange: Exchange;
  readonly events: readonly ExchangeEvent[];
  #orders = 0;

  private constructor(clock: ManualClock, exchange: Exchange, events: readonly ExchangeEvent[]) {
    this.clock = clock;
    this.exchange = exchange;
    this.events = events;
  }

  static async open(
    fields: Record<string, unknown> = {},
    history: readonly ExchangeEvent[] = [],
    clock = new ManualClock(),
  ): Promise<TestExchange> {
    const config = simConfig(fields);
    const exchangeLog = new MemoryExchangeLog();
    const surroundings = { clock, log: silent, exchangeLog, prices: openPriceSources(config) };
    return new TestExchange(clock, await Exchange.open(config, surroundings, history), exchangeLog.events);
  }

  /** Submits an order made of `terms`, by default a market BUY of 1 BTC, under the next key. */
  async submit(terms: Record<string, unknown> = {}): Promise<{ key: SubmitKey; answer: SubmitAnswer }> {
    this.#orders += 1;
    const key = submitKey(`sim_order_${this.#orders}`);
    const answer = await this.exchange.submit(paper, this.request({ submitKey: key, ...terms }));
    return { key, answer };
  }

  /** The bytes of a request, valid for five seconds from now unless `terms` say otherwise. */
  request(terms: Record<string, unknown>): Uint8Array {
    const request = {
      instrument: "BTC/USDT",
      side: "BUY",
      pricing: { type: "MARKET", timeInForce: "IOC" },
      size: { in: "BASE", quantity: "1" },
      validUntil: this.clock.wall() + 5_000_000,
      ...terms,
    };
    return new TextEncoder().encode(JSON.stringify(request));
  }

  /** An order as a line: status, filled quantity, then each fill as liquidity quantity@price. */
  async line(key: SubmitKey): Promise<string> {
    const answer = await this.exchange.order(paper, key);
    if (answer.kind === "NOT_FOUND") return "NOT_FOUND";
    const { status, cumQuantity, fills } = answer.report;
    const executions = fills.map((fill) => `${fill.liquidity} ${fill.lastQuantity}@${fill.lastPrice}`);
    return [status, cumQuantity, ...executions].join(" ");
  }
}
