import { type AccountId, addMs, type Clock, compare, type Decimal, sign, times, wallTime } from "@surefill/core";
import type { AssetBalance } from "./balances.ts";
import type { BookedOrder } from "./booked-order.ts";
import { checkFilters, checkMarketLot } from "./check-filters.ts";
import type { EventLog } from "./event-log.ts";
import { type EventOf, type ExchangeEvent, eventLogVersion, type OrderEvent, type Trade } from "./exchange-event.ts";
import { Ledger, type OrderReference } from "./ledger.ts";
import { costOf, type Offer, offersFor, quantityFor, reachable } from "./liquidity.ts";
import { MatchingEngine } from "./matching-engine.ts";
import type { OrderCount } from "./order-counts.ts";
import { isAlgo, isLimited, type OrderTerms } from "./order-terms.ts";
import { type Level, middleOf, type OutsideMarket } from "./outside-market.ts";
import type { Settings, SymbolSettings } from "./settings.ts";
import { refuse, SpotRefusal } from "./spot-refusal.ts";
import { zero } from "./wire-decimal.ts";

/** Sees each event of an order as it happens, and returns what is to be said of it once it is durable. */
export type OrderListener = (event: OrderEvent, order: BookedOrder) => () => void;

export type SymbolStatus = "TRADING" | "HALT" | "BREAK";

/** What a cancel did, and the id that it has itself. */
export interface Cancelled {
  readonly order: BookedOrder;
  readonly cancelId: string;
}

interface ExchangePorts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly eventLog: EventLog;
}

/**
 * A spot exchange as Binance's is, without its wire: whoever calls is who they say. What happens is in its log first,
 * then true, then told. Everything here is over when it returns, so that no request sees half of another.
 */
export class SpotExchange {
  readonly settings: Settings;
  readonly #clock: Clock;
  readonly #eventLog: EventLog;
  readonly #ledger: Ledger;
  readonly #engine: MatchingEngine;
  readonly #listeners = new Set<OrderListener>();
  readonly #symbolStatus = new Map<string, SymbolStatus>();
  /** Orders that can't be seen, until when by monotonic time. */
  readonly #hiddenUntil = new Map<number, number>();
  #pending: ExchangeEvent[] = [];
  #untold: (() => void)[] = [];
  #aheadMs = 0;
  #isClosed = false;

  /** @throws RangeError for a history that can't be this exchange's. */
  constructor({ settings, clock, eventLog }: ExchangePorts, history: Iterable<ExchangeEvent> = []) {
    this.settings = settings;
    this.#clock = clock;
    this.#eventLog = eventLog;
    this.#ledger = new Ledger(settings);
    this.#engine = new MatchingEngine({
      settings,
      ledger: this.#ledger,
      now: () => this.now(),
      record: (event) => this.#record(event),
    });
    for (const event of history) this.#ledger.apply(event);
    this.#act(() => this.#record({ type: "OPENED", at: this.now(), version: eventLogVersion }));
  }

  /** The exchange's own clock, in milliseconds since 1970. */
  now(): number {
    return Math.floor(addMs(this.#clock.wall(), this.#aheadMs) / 1000);
  }

  /** Sets the exchange's clock ahead of the machine's. */
  skew(aheadMs: number): void {
    this.#aheadMs = aheadMs;
  }

  venueTime() {
    return wallTime(this.now() * 1000);
  }

  listen(listener: OrderListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  lists(symbol: string): boolean {
    return this.settings.symbols.some((listed) => listed.symbol === symbol);
  }

  statusOf(symbol: string): SymbolStatus {
    return this.#symbolStatus.get(symbol) ?? "TRADING";
  }

  setStatus(symbol: string, status: SymbolStatus): void {
    this.#symbolStatus.set(symbol, status);
  }

  /** @throws SpotRefusal for what Binance would not take; then nothing has happened. */
  place(account: AccountId, terms: OrderTerms, origin: "REQUEST" | "FOREIGN" = "REQUEST"): BookedOrder {
    return this.#act(() => {
      try {
        const quantity = this.#check(account, terms, origin);
        return this.#accept(account, { ...terms, quantity }, origin);
      } catch (error) {
        if (error instanceof SpotRefusal) this.#recordRefusal(account, terms.clientOrderId, error);
        throw error;
      }
    });
  }

  /** As place, but nothing happens. */
  test(account: AccountId, terms: OrderTerms): void {
    this.#check(account, terms, "REQUEST");
  }

  /** @throws SpotRefusal −2011 where no such order is open, or it is not as `onlyIf` asks. */
  cancel(
    account: AccountId,
    symbol: string,
    reference: OrderReference,
    { cancelId, onlyIf }: { readonly cancelId: string; readonly onlyIf?: "NEW" | "PARTIALLY_FILLED" },
  ): Cancelled {
    const order = this.#ledger.find(account, symbol, reference);
    if (!order?.isOpen) throw refuse.cancel("Unknown order sent.");
    if (onlyIf !== undefined && order.status !== onlyIf) {
      throw refuse.cancel("Order was not canceled due to cancel restrictions.");
    }
    return this.#act(() => this.#cancel(order, cancelId));
  }

  /** @throws SpotRefusal −2011 where none is open. */
  cancelAll(account: AccountId, symbol: string, cancelId: string): readonly Cancelled[] {
    const open = this.#ledger.openOrders(account, symbol);
    if (open.length === 0) throw refuse.cancel("Unknown order sent.");
    return this.#act(() => open.map((order) => this.#cancel(order, cancelId)));
  }

  /** The order as a question finds it: those that are hidden are not found. */
  find(account: AccountId, symbol: string, reference: OrderReference): BookedOrder | undefined {
    const order = this.#ledger.find(account, symbol, reference);
    return order === undefined || this.#isHidden(order.accepted.orderId) ? undefined : order;
  }

  openOrders(account: AccountId, symbol?: string): readonly BookedOrder[] {
    return this.#visible(this.#ledger.openOrders(account, symbol));
  }

  orders(account: AccountId, symbol: string): readonly BookedOrder[] {
    return this.#visible(this.#ledger.orders(account, symbol));
  }

  trades(account: AccountId, symbol: string): readonly Trade[] {
    return this.#ledger.trades(account, symbol).filter(({ orderId }) => !this.#isHidden(orderId));
  }

  balances(account: AccountId): readonly AssetBalance[] {
    return this.#ledger.balances.of(account);
  }

  orderCounts(account: AccountId): readonly OrderCount[] {
    return this.#ledger.orderCounts.of(account, this.now());
  }

  market(symbol: string): OutsideMarket {
    return this.#ledger.market(symbol);
  }

  /** What a taker of each side would meet, the best first. */
  depth(symbol: string): { readonly bids: readonly Offer[]; readonly asks: readonly Offer[] } {
    return { bids: offersFor(this.#ledger, symbol, "SELL"), asks: offersFor(this.#ledger, symbol, "BUY") };
  }

  /** The market from outside moves, best levels first; what it comes to is executed. `lastPrice`: halfway unless given. */
  setMarket(symbol: string, bids: readonly Level[], asks: readonly Level[], lastPrice?: Decimal): void {
    const [bid, ask] = [bids[0]?.price ?? zero, asks[0]?.price ?? zero];
    const isEmpty = bids.length + asks.length === 0;
    const fair = isEmpty ? this.market(symbol).lastPrice : middleOf(bid, ask);
    this.#act(() => {
      const fields = { symbol, bids: [...bids], asks: [...asks], lastPrice: lastPrice ?? fair };
      this.#record({ type: "MARKET_SET", at: this.now(), ...fields });
      this.#engine.cross(symbol);
      this.#engine.trigger(symbol);
    });
  }

  setBalance(account: AccountId, asset: string, total: Decimal): void {
    this.#act(() => this.#record({ type: "BALANCE_SET", at: this.now(), account, asset, total }));
  }

  /**
   * Executes that much of an order on the exchange's own accord, at `price`, or else at the order's or the market's. It
   * does so for orders that are over too, for real venues do.
   */
  execute(orderId: number, quantity: Decimal, price?: Decimal): void {
    const order = this.#known(orderId);
    const { orderType, price: limit, symbol } = order.accepted;
    const fair = isLimited(orderType) ? limit : this.market(symbol).lastPrice;
    this.#act(() => this.#engine.execute(order, quantity, price ?? fair));
  }

  /** The exchange ends an open order on its own accord. */
  expire(orderId: number): void {
    const { accepted, isOpen } = this.#known(orderId);
    if (!isOpen) throw new RangeError(`order ${orderId} is not open`);
    const { account, symbol } = accepted;
    const reason = "EXCHANGE_CANCELED";
    this.#act(() => this.#record({ type: "ORDER_EXPIRED", at: this.now(), account, symbol, orderId, reason }));
  }

  /** No question finds the order for so long; a cancel does. */
  hide(orderId: number, ms: number): void {
    this.#hiddenUntil.set(orderId, this.#clock.monotonicMs() + ms);
  }

  /** A request that can change something arrived. */
  note(fields: Omit<EventOf<"REQUEST_RECEIVED">, "type" | "at">): void {
    this.#act(() => this.#record({ type: "REQUEST_RECEIVED", at: this.now(), ...fields }));
  }

  /** An order's request was refused before anybody looked at the order. */
  noteRefusal(account: AccountId, clientOrderId: string, refusal: SpotRefusal): void {
    this.#act(() => this.#recordRefusal(account, clientOrderId, refusal));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#eventLog.close();
  }

  /** What the matching engine and the filters have against an order; returns its quantity in base. */
  #check(account: AccountId, terms: OrderTerms, origin: "REQUEST" | "FOREIGN"): Decimal {
    if (!this.lists(terms.symbol)) throw refuse.symbol();
    if (this.statusOf(terms.symbol) !== "TRADING") throw refuse.marketClosed();
    const symbol = this.#ledger.symbol(terms.symbol);
    const open = this.#ledger.openOrders(account, terms.symbol);
    const algoOrders = open.filter(({ accepted }) => isAlgo(accepted.orderType)).length;
    checkFilters(terms, symbol, this.market(terms.symbol).lastPrice, { orders: open.length, algoOrders });
    if (origin === "REQUEST") this.#ledger.orderCounts.check(account, this.now());
    if (open.some(({ accepted }) => accepted.clientOrderId === terms.clientOrderId)) {
      throw refuse.newOrder("Duplicate order sent.");
    }
    if (isAlgo(terms.orderType) && this.#engine.wouldTrigger(terms)) {
      throw refuse.newOrder("Order would trigger immediately.");
    }
    const { symbol: name, side, price } = terms;
    const limit = isLimited(terms.orderType) ? { limit: price } : {};
    const offers = reachable(offersFor(this.#ledger, name, side), { side, account, ...limit });
    if (terms.orderType === "LIMIT_MAKER" && offers.length > 0) {
      throw refuse.newOrder("Order would immediately match and take.");
    }
    const quantity = quantityOf(terms, symbol, offers);
    this.#checkFunds(account, { ...terms, quantity }, symbol, offers);
    return quantity;
  }

  #checkFunds(account: AccountId, terms: OrderTerms, { base, quote }: SymbolSettings, offers: readonly Offer[]): void {
    const { side, orderType, quantity, price, stopPrice, quoteOrderQuantity } = terms;
    const paid = (): Decimal => {
      if (isLimited(orderType)) return times(price, quantity);
      if (isAlgo(orderType)) return times(stopPrice, quantity);
      return sign(quoteOrderQuantity) > 0 ? quoteOrderQuantity : costOf(offers, quantity).cost;
    };
    const needed = side === "SELL" ? quantity : paid();
    const { free } = this.#ledger.balances.balance(account, side === "SELL" ? base : quote);
    if (compare(needed, free) > 0) throw refuse.newOrder("Account has insufficient balance for requested action.");
  }

  #accept(account: AccountId, terms: OrderTerms, origin: "REQUEST" | "FOREIGN"): BookedOrder {
    const orderId = this.#ledger.nextOrderId;
    const foreign = origin === "FOREIGN" ? { isForeign: true as const } : {};
    this.#record({ type: "ORDER_ACCEPTED", at: this.now(), account, orderId, ...terms, ...foreign });
    const order = this.#known(orderId);
    if (!order.isWaiting) this.#engine.work(order);
    this.#engine.trigger(terms.symbol);
    return order;
  }

  #cancel(order: BookedOrder, cancelId: string): Cancelled {
    const { account, symbol, orderId } = order.accepted;
    this.#record({ type: "ORDER_CANCELED", at: this.now(), account, symbol, orderId, cancelId });
    return { order, cancelId };
  }

  #recordRefusal(account: AccountId, clientOrderId: string, { code, message }: SpotRefusal): void {
    this.#record({ type: "ORDER_REFUSED", at: this.now(), account, clientOrderId, code, message });
  }

  #known(orderId: number): BookedOrder {
    const order = this.#ledger.order(orderId);
    if (order === undefined) throw new RangeError(`there is no order ${orderId}`);
    return order;
  }

  #visible(orders: readonly BookedOrder[]): readonly BookedOrder[] {
    return orders.filter(({ accepted }) => !this.#isHidden(accepted.orderId));
  }

  #isHidden(orderId: number): boolean {
    return (this.#hiddenUntil.get(orderId) ?? 0) > this.#clock.monotonicMs();
  }

  #record(event: ExchangeEvent): void {
    this.#pending.push(event);
    const order = this.#ledger.apply(event);
    if (order !== undefined && "orderId" in event) {
      for (const listener of this.#listeners) this.#untold.push(listener(event, order));
    }
  }

  /** Runs to its end before anybody can look; what it recorded is durable before anybody is told. */
  #act<T>(action: () => T): T {
    if (this.#isClosed) throw new Error("the exchange is closed");
    try {
      return action();
    } finally {
      const [events, untold] = [this.#pending, this.#untold];
      [this.#pending, this.#untold] = [[], []];
      if (events.length > 0) this.#write(events);
      for (const tell of untold) tell();
    }
  }

  /** An exchange whose log can't be written is over: what it shows may be more than it could keep. */
  #write(events: readonly ExchangeEvent[]): void {
    try {
      this.#eventLog.append(events);
    } catch (error) {
      this.#isClosed = true;
      throw error;
    }
  }
}

/** What an order is for, in base; one in quote is worked out from what stands in the book. */
function quantityOf(terms: OrderTerms, symbol: SymbolSettings, offers: readonly Offer[]): Decimal {
  if (sign(terms.quoteOrderQuantity) === 0) return terms.quantity;
  const step = sign(symbol.marketStepSize) > 0 ? symbol.marketStepSize : symbol.stepSize;
  const quantity = quantityFor(offers, terms.quoteOrderQuantity, step);
  if (compare(quantity, symbol.minQuantity) < 0) {
    throw refuse.newOrder("Order book liquidity is less than `LOT_SIZE` filter minimum quantity.");
  }
  checkMarketLot(quantity, symbol);
  return quantity;
}
