import type { AccountId } from "@surefill/core";
import { Balances } from "./balances.ts";
import { BookedOrder } from "./booked-order.ts";
import type { ExchangeEvent, OrderAccepted, OrderEvent, Trade } from "./exchange-event.ts";
import { OrderCounts } from "./order-counts.ts";
import { OutsideMarket } from "./outside-market.ts";
import type { Settings, SymbolSettings } from "./settings.ts";

const firstOrderId = 1_000;

/** How a request names an order; by both, they must belong together. */
export interface OrderReference {
  readonly orderId?: number;
  readonly clientOrderId?: string;
}

/** Everything the exchange knows. It changes by events alone, so that its log replays to it. */
export class Ledger {
  readonly balances: Balances;
  readonly orderCounts: OrderCounts;
  readonly #symbols: ReadonlyMap<string, SymbolSettings>;
  readonly #markets: ReadonlyMap<string, OutsideMarket>;
  readonly #orders = new Map<number, BookedOrder>();
  /** The newest order of each client order id. */
  readonly #byClientOrderId = new Map<string, BookedOrder>();
  readonly #open = new Set<BookedOrder>();
  readonly #trades: Trade[] = [];
  #nextOrderId = firstOrderId;
  #nextTradeId = 1;

  constructor({ symbols, accounts, limits }: Settings) {
    this.#symbols = new Map(symbols.map((symbol) => [symbol.symbol, symbol]));
    this.#markets = new Map(symbols.map((symbol) => [symbol.symbol, new OutsideMarket(symbol)]));
    this.balances = new Balances(accounts);
    this.orderCounts = new OrderCounts(limits);
  }

  get nextOrderId(): number {
    return this.#nextOrderId;
  }

  get nextTradeId(): number {
    return this.#nextTradeId;
  }

  symbol(name: string): SymbolSettings {
    return known(this.#symbols.get(name), `${name} is not listed`);
  }

  market(name: string): OutsideMarket {
    return known(this.#markets.get(name), `${name} is not listed`);
  }

  order(orderId: number): BookedOrder | undefined {
    return this.#orders.get(orderId);
  }

  find(account: AccountId, symbol: string, { orderId, clientOrderId }: OrderReference): BookedOrder | undefined {
    if (orderId === undefined) return this.#byClientOrderId.get(clientKey(account, symbol, clientOrderId ?? ""));
    const order = this.#orders.get(orderId);
    if (order?.accepted.account !== account || order.accepted.symbol !== symbol) return undefined;
    return clientOrderId === undefined || order.accepted.clientOrderId === clientOrderId ? order : undefined;
  }

  /** Oldest first. */
  orders(account: AccountId, symbol: string): readonly BookedOrder[] {
    return [...this.#orders.values()].filter(
      ({ accepted }) => accepted.account === account && accepted.symbol === symbol,
    );
  }

  /** Oldest first. */
  openOrders(account: AccountId, symbol?: string): readonly BookedOrder[] {
    return [...this.#open].filter(
      ({ accepted }) => accepted.account === account && (symbol === undefined || accepted.symbol === symbol),
    );
  }

  /** Every account's open orders of a symbol, oldest first. */
  book(symbol: string): readonly BookedOrder[] {
    return [...this.#open].filter(({ accepted }) => accepted.symbol === symbol);
  }

  /** By trade id. */
  trades(account: AccountId, symbol: string): readonly Trade[] {
    return this.#trades.filter((trade) => trade.account === account && trade.symbol === symbol);
  }

  /** The order that the event is of, if any. @throws RangeError for an event that can't follow the ones before it. */
  apply(event: ExchangeEvent): BookedOrder | undefined {
    switch (event.type) {
      case "OPENED":
      case "REQUEST_RECEIVED":
      case "ORDER_REFUSED":
        return undefined;
      case "MARKET_SET":
        this.market(event.symbol).set(event);
        return undefined;
      case "BALANCE_SET":
        this.balances.set(event);
        return undefined;
      case "ORDER_ACCEPTED":
        return this.#accept(event);
      default:
        return this.#change(event);
    }
  }

  #accept(event: OrderAccepted): BookedOrder {
    if (this.#orders.has(event.orderId)) throw new RangeError(`order ${event.orderId} is accepted twice`);
    const order = new BookedOrder(event);
    this.#orders.set(event.orderId, order);
    this.#byClientOrderId.set(clientKey(event.account, event.symbol, event.clientOrderId), order);
    this.#open.add(order);
    this.#nextOrderId = Math.max(this.#nextOrderId, event.orderId + 1);
    this.#settle(order, event);
    return order;
  }

  #change(event: Exclude<OrderEvent, OrderAccepted>): BookedOrder {
    const order = known(this.#orders.get(event.orderId), `${event.type} of an order that was never accepted`);
    order.apply(event);
    if (event.type === "TRADE") {
      this.#trades.push(event);
      this.#nextTradeId = Math.max(this.#nextTradeId, event.tradeId + 1);
      this.market(event.symbol).trade(event);
      this.balances.settle(event, this.symbol(event.symbol));
    }
    if (!order.isOpen) this.#open.delete(order);
    this.#settle(order, event);
    return order;
  }

  #settle(order: BookedOrder, event: OrderEvent): void {
    this.balances.hold(order, this.symbol(event.symbol));
    this.orderCounts.apply(event);
  }
}

function clientKey(account: AccountId, symbol: string, clientOrderId: string): string {
  return `${account}/${symbol}/${clientOrderId}`;
}

function known<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new RangeError(message);
  return value;
}
