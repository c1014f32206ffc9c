import {
  type AccountId,
  type Amount,
  type Clock,
  compare,
  type Instrument,
  type InstrumentId,
  isTriggeredPricing,
  type Log,
  laterOf,
  type Price,
  type Quantity,
  type SubmitKey,
  type WallTime,
  wallTime,
} from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import { ConnectionError } from "./connection-error.ts";
import type {
  AccountFills,
  CancelAllAnswer,
  CancelAnswer,
  ExchangeApi,
  OrderAnswer,
  OrderReport,
  Quote,
  SubmitAnswer,
} from "./exchange-api.ts";
import { type ExchangeEvent, exchangeLogVersion } from "./exchange-event.ts";
import type { ExchangeLog } from "./exchange-log.ts";
import { fillsAfter } from "./fills-after.ts";
import { Ledger } from "./ledger.ts";
import type { LivePrices } from "./market/live-prices.ts";
import { Market } from "./market/market.ts";
import type { PriceSource } from "./market/price-source.ts";
import { type CheckedOrder, MatchingEngine } from "./matching-engine.ts";
import { orderRandom } from "./order-random.ts";
import { decodeOrderRequest, type OrderRequest } from "./order-request.ts";
import { priceOrder } from "./price-order.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { ReportListeners } from "./report-listeners.ts";
import type { ExchangeSettings, ListedInstrument, Listing } from "./settings.ts";

/** What an exchange takes from its surroundings. */
export interface ExchangeSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly exchangeLog: ExchangeLog;
  readonly prices: ReadonlyMap<InstrumentId, PriceSource>;
  /** Where prices are another venue's. */
  readonly live?: LivePrices;
}

/**
 * The simulated exchange: the other side, which knows nothing of who is calling or why. What it does is an event in its
 * log first, then true, then told.
 */
export class Exchange implements ExchangeApi {
  readonly #settings: ExchangeSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #exchangeLog: ExchangeLog;
  readonly #listing: Listing;
  readonly #ledger: Ledger;
  readonly #market: Market;
  readonly #engine: MatchingEngine;
  readonly #listeners = new ReportListeners();
  readonly #closed = new AbortController();
  readonly #live: LivePrices | undefined;
  #time = wallTime(0);

  private constructor(settings: ExchangeSettings, surroundings: ExchangeSurroundings) {
    const { clock, log, exchangeLog, prices, live } = surroundings;
    this.#settings = settings;
    this.#live = live;
    this.#clock = clock;
    this.#log = log;
    this.#exchangeLog = exchangeLog;
    this.#listing = new Map(settings.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.#ledger = new Ledger(this.#listing, settings);
    this.#market = new Market(prices, this.#ledger);
    this.#engine = new MatchingEngine({
      settings,
      ledger: this.#ledger,
      clock,
      now: () => this.#now(),
      record: (event) => this.#record(event),
      publish: (account, report) => this.#listeners.publish(account, report),
      inBackground: (work) => this.#inBackground(work),
      closed: this.#closed.signal,
    });
    live?.listen((instrument, row) => {
      if (!this.#closed.signal.aborted) this.#engine.move(this.#listed(instrument), row);
    });
  }

  /**
   * Opens an exchange that knows what `history` tells, and goes on with it.
   * @throws RangeError for a history that can't be this exchange's.
   */
  static async open(
    settings: ExchangeSettings,
    surroundings: ExchangeSurroundings,
    history: Iterable<ExchangeEvent> | AsyncIterable<ExchangeEvent> = [],
  ): Promise<Exchange> {
    const exchange = new Exchange(settings, surroundings);
    for await (const event of history) exchange.#ledger.apply(event);
    exchange.#record({ type: "STARTED", at: exchange.#now(), version: exchangeLogVersion });
    for (const order of exchange.#ledger.unsettled()) exchange.#settle(order);
    for (const instrument of exchange.#market.realTimeInstruments) exchange.#follow(instrument);
    if (exchange.#live !== undefined) exchange.#inBackground(exchange.#followLive(exchange.#live));
    return exchange;
  }

  async instruments(): Promise<readonly Instrument[]> {
    this.#enter();
    return this.#settings.instruments.map(({ referencePrice, ...instrument }) => instrument);
  }

  async quotes(
    instruments: readonly InstrumentId[],
    _signal?: AbortSignal,
    expectedPrice?: Price,
  ): Promise<readonly Quote[]> {
    this.#enter();
    const listed = instruments.filter((instrument) => this.#listing.has(instrument));
    await this.#live?.refresh(listed);
    this.#enter();
    const at = this.#now();
    return listed.flatMap((instrument) => {
      const row = this.#market.rowForNextOrder(instrument, at, expectedPrice);
      return row === undefined ? [] : [{ instrument, bid: row.bid, ask: row.ask, at }];
    });
  }

  async balances(account: AccountId): Promise<ReadonlyMap<string, Amount>> {
    this.#enter();
    const assets = new Set(this.#settings.instruments.flatMap(({ base, quote }) => [base, quote]));
    return new Map([...assets].map((asset) => [asset, this.#ledger.balances.free(account, asset)]));
  }

  /** The request's way takes half of the latency and the answer's way the other half. */
  async submit(account: AccountId, payload: Uint8Array): Promise<SubmitAnswer> {
    this.#enter();
    await this.#travel();
    const request = decodeOrderRequest(payload);
    if (!("reason" in request) && this.#listing.has(request.instrument))
      await this.#live?.refresh([request.instrument]);
    const answer = this.#decide(account, request);
    await this.#travel();
    return answer;
  }

  async order(account: AccountId, submitKey: SubmitKey): Promise<OrderAnswer> {
    this.#enter();
    const order = this.#ledger.find(account, submitKey);
    const asOf = this.#now();
    return order === undefined ? { kind: "NOT_FOUND", asOf } : { kind: "FOUND", asOf, report: order.report() };
  }

  async cancel(account: AccountId, submitKey: SubmitKey): Promise<CancelAnswer> {
    this.#enter();
    const order = this.#ledger.find(account, submitKey);
    if (order === undefined || !order.isOpen) return { kind: "NOT_OPEN" };
    return { kind: "CANCELLED", report: this.#cancel(order) };
  }

  async cancelAll(account: AccountId, instrument?: InstrumentId): Promise<CancelAllAnswer> {
    this.#enter();
    const open = this.#ledger.openOrders(account);
    const meant = open.filter(({ accepted }) => instrument === undefined || accepted.instrument === instrument);
    return { cancelled: meant.map((order) => this.#cancel(order)) };
  }

  async openOrders(account: AccountId): Promise<readonly OrderReport[]> {
    this.#enter();
    return this.#ledger.openOrders(account).map((order) => order.report());
  }

  async fills(account: AccountId, after: string | WallTime, limit: number): Promise<AccountFills> {
    this.#enter();
    return fillsAfter(this.#ledger.fills(account), this.#ledger.startedAt, after, limit);
  }

  reports(account: AccountId, signal: AbortSignal): AsyncIterable<OrderReport> {
    return this.#listeners.listen(account, AbortSignal.any([signal, this.#closed.signal]));
  }

  /**
   * An execution that its order does not ask for any more: after its end, or beyond its quantity. Sound exchanges never
   * do this, and real ones do: this is for trying out what becomes of orders then. Nothing happens without the order.
   */
  executeUnasked(account: AccountId, submitKey: SubmitKey, quantity: Quantity): void {
    this.#enter();
    const order = this.#ledger.find(account, submitKey);
    if (order !== undefined) this.#engine.executeUnasked(order, this.#listed(order.accepted.instrument), quantity);
  }

  async close(): Promise<void> {
    this.#shutDown();
  }

  #decide(account: AccountId, request: OrderRequest | Refusal): SubmitAnswer {
    this.#enter();
    if ("reason" in request) return this.#refuse(account, request);
    const checked = this.#check(account, request);
    if ("reason" in checked) return this.#refuse(account, checked, request.submitKey);
    const order = this.#engine.accept(checked);
    this.#settle(order);
    if (order.isOpen && order.fillCount === 0) this.#listeners.publish(account, order.statusReport());
    return { kind: "ACCEPTED", venueOrderId: order.accepted.venueOrderId };
  }

  #cancel(order: BookedOrder): OrderReport {
    const { account, submitKey, venueOrderId } = order.accepted;
    this.#record({ type: "ORDER_CANCELLED", at: this.#now(), account, submitKey, venueOrderId });
    this.#listeners.publish(account, order.statusReport());
    return order.report();
  }

  /** The first reason not to take the order, in the order of refusalReasons. */
  #check(account: AccountId, request: OrderRequest): CheckedOrder | Refusal {
    const { submitKey, validUntil, side, pricing } = request;
    const expectedPrice = isTriggeredPricing(pricing) ? undefined : request.expectedPrice;
    const { seed, successRate, slippageBps, ordersMax, openOrdersMax } = this.#settings;
    const now = this.#now();
    if (now > validUntil) return refusal("REQUEST_EXPIRED", `the request was valid until ${validUntil}, it is ${now}`);
    if (this.#ledger.find(account, submitKey) !== undefined) {
      return refusal("DUPLICATE_CLIENT_ORDER_ID", `there is an order ${submitKey} already`);
    }
    const instrument = this.#listing.get(request.instrument);
    if (instrument === undefined) {
      return refusal("UNKNOWN_INSTRUMENT", `${request.instrument} is not traded here`);
    }
    if (this.#ledger.openCount >= openOrdersMax || this.#ledger.orderCount >= ordersMax) {
      const text = `the exchange holds ${openOrdersMax} open orders and ${ordersMax} in all, and no more`;
      return refusal("EXCHANGE_FULL", text);
    }
    const row = this.#market.rowForNextOrder(instrument.symbol, now, expectedPrice);
    if (row === undefined) return refusal("NO_PRICE", `there is no price of ${request.instrument} at the moment`);
    const slippage = { bps: slippageBps, unit: orderRandom(seed, submitKey, "slippage").unit() };
    const priced = priceOrder(request, { instrument, row, slippage });
    if (priced.kind === "REFUSED") return priced;
    const needed = this.#ledger.balances.lockFor(side, instrument, priced.quantity, priced.price);
    const free = this.#ledger.balances.free(account, needed.asset);
    if (compare(needed.amount, free) > 0) {
      return refusal("INSUFFICIENT_BALANCE", `${needed.amount} ${needed.asset} needed, ${free} free`);
    }
    if (orderRandom(seed, submitKey, "success").unit() >= successRate) {
      return refusal("REFUSED_BY_CHANCE", `this exchange takes a share of ${successRate} of all orders`);
    }
    return { account, request, instrument, row, priced };
  }

  #refuse(account: AccountId, refused: Refusal, submitKey?: SubmitKey): Refusal {
    const { reason, message } = refused;
    const key = submitKey === undefined ? {} : { submitKey };
    this.#record({ type: "ORDER_REFUSED", at: this.#now(), account, ...key, reason, message });
    return refused;
  }

  #settle(order: BookedOrder): void {
    const instrument = this.#listed(order.accepted.instrument);
    this.#inBackground(this.#engine.settle(order, instrument));
  }

  /** Plays a market at its own pace, until the exchange closes. */
  #follow(instrument: InstrumentId): void {
    const play = async () => {
      while (!this.#closed.signal.aborted) await this.#clock.sleep(this.#catchUp(instrument), this.#closed.signal);
    };
    this.#inBackground(play());
  }

  /** Asks for the prices that orders wait for, until the exchange closes. */
  async #followLive(live: LivePrices): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#clock.sleep(live.pollMs, this.#closed.signal);
      if (!this.#closed.signal.aborted) await live.refresh(this.#ledger.openInstruments());
    }
  }

  /** Brings a real-time market to where it stands by now; returns how long it stands there. */
  #catchUp(instrument: InstrumentId): number {
    const { rows, nextMs } = this.#market.passedRows(instrument, this.#now());
    for (const row of rows) this.#engine.move(this.#listed(instrument), row);
    return nextMs;
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.#log.error({ error }, "the exchange could not go on with an execution"));
  }

  #listed(symbol: InstrumentId): ListedInstrument {
    const instrument = this.#listing.get(symbol);
    if (instrument === undefined) throw new RangeError(`${symbol} is not listed`);
    return instrument;
  }

  /** An event that can't be written has not happened, and nothing happens after it: the exchange closes. */
  #record(event: ExchangeEvent): void {
    if (this.#closed.signal.aborted) throw new ConnectionError("MAYBE", "the exchange is closed");
    try {
      this.#exchangeLog.append(event);
    } catch (error) {
      this.#log.error({ error }, "the exchange's log can't be written; the exchange closes");
      this.#shutDown();
      throw new ConnectionError("MAYBE", "the exchange's log can't be written", { cause: error });
    }
    this.#ledger.apply(event);
  }

  #shutDown(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#listeners.endAll();
    this.#exchangeLog.close();
  }

  /** Before anything is asked or done: the exchange must be open, and its markets where they stand by now. */
  #enter(): void {
    if (this.#closed.signal.aborted) throw new ConnectionError("NO", "the exchange is closed");
    for (const instrument of this.#market.realTimeInstruments) this.#catchUp(instrument);
  }

  async #travel(): Promise<void> {
    const { latencySubmitMs } = this.#settings;
    if (latencySubmitMs === 0) return;
    await this.#clock.sleep(latencySubmitMs / 2, this.#closed.signal);
    if (this.#closed.signal.aborted) throw new ConnectionError("MAYBE", "the exchange closed");
  }

  /** Exchange time: it never runs backwards, whatever the machine's clock does. */
  #now(): WallTime {
    this.#time = laterOf(laterOf(this.#time, this.#ledger.lastAt), this.#clock.wall());
    return this.#time;
  }
}
