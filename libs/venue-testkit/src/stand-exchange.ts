import {
  type AccountId,
  type Amount,
  addMs,
  amount,
  type Clock,
  compare,
  type Decimal,
  decimal,
  dividedBy,
  type Instrument,
  type InstrumentId,
  minus,
  notional,
  type Price,
  plus,
  price,
  type Quantity,
  quantity,
  type Side,
  sign,
  times,
  type VenueOrderId,
  venueFillId,
  venueOrderId,
  type WallTime,
} from "@surefill/core";
import type { StandMarket } from "./stand.ts";
import type { StandEvent } from "./stand-event.ts";
import { inSteps } from "./terms.ts";

/** An order as it comes in; the exchange believes nothing that it does not check. */
export interface StandOrderRequest {
  readonly key: string;
  readonly instrument: string;
  readonly side: Side;
  readonly timeInForce: "GTC" | "IOC" | "FOK";
  /** Absent: a market order. */
  readonly limitPrice?: string;
  /** In base, or else `amount` in quote. */
  readonly quantity?: string;
  readonly amount?: string;
  /** Venue time after which it is refused. */
  readonly validUntil?: WallTime;
}

/** An order in the books. */
export interface StandOrder {
  readonly id: VenueOrderId;
  readonly account: AccountId;
  readonly key: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly limitPrice: Price;
  status: "OPEN" | "FILLED" | "CANCELLED" | "EXPIRED";
  filled: Quantity;
}

export type StandFill = Extract<StandEvent, { type: "FILLED" }> & { readonly order: StandOrder };

export type StandRefusal = "ORDER_INVALID" | "REQUEST_EXPIRED" | "DUPLICATE_KEY" | "SYMBOL_UNKNOWN" | "FUNDS_SHORT";

/** A request that the exchange refuses; nothing was done. */
export class StandRefused extends Error {
  override readonly name = "StandRefused";
  readonly code: StandRefusal;

  constructor(code: StandRefusal) {
    super(`refused: ${code}`);
    this.code = code;
  }
}

const feeShare = decimal("0.001");
const zero = decimal("0");

/**
 * The least exchange that the cards can be run on, for stands of venues that have no local double: put the venue's
 * dialect before it. Market and limit orders, in base or quote; fees of 10 bps, in quote.
 */
export class StandExchange {
  readonly events: StandEvent[] = [];
  readonly fills: StandFill[] = [];
  readonly instruments: readonly Instrument[];
  readonly #clock: Clock;
  readonly #orders: StandOrder[] = [];
  readonly #markets = new Map<string, StandMarket>();
  readonly #balances = new Map<string, Decimal>();
  readonly #start: Readonly<Record<string, string>>;
  #skewMs = 0;

  /** `start`: what each account has of each asset to begin with. */
  constructor(clock: Clock, instruments: readonly Instrument[], start: Readonly<Record<string, string>>) {
    this.#clock = clock;
    this.instruments = instruments;
    this.#start = start;
  }

  now(): WallTime {
    return addMs(this.#clock.wall(), this.#skewMs);
  }

  skew(aheadMs: number): void {
    this.#skewMs = aheadMs;
  }

  market(instrument: string): StandMarket {
    const market = this.#markets.get(instrument);
    if (market === undefined) throw new StandRefused("SYMBOL_UNKNOWN");
    return market;
  }

  setMarket(instrument: string, market: StandMarket): void {
    this.#markets.set(instrument, market);
    for (const order of this.#orders) {
      if (order.status === "OPEN" && order.instrument === instrument) this.#match(order, order.limitPrice);
    }
  }

  place(account: AccountId, request: StandOrderRequest): StandOrder {
    const { key, side, timeInForce, validUntil } = request;
    if (validUntil !== undefined && this.now() > validUntil) throw new StandRefused("REQUEST_EXPIRED");
    if (this.#orders.some((order) => order.account === account && order.key === key)) {
      throw new StandRefused("DUPLICATE_KEY");
    }
    const instrument = this.instruments.find(({ symbol }) => symbol === request.instrument);
    if (instrument === undefined) throw new StandRefused("SYMBOL_UNKNOWN");
    const { symbol } = instrument;
    const market = this.market(symbol);
    const touch = side === "BUY" ? market.ask : market.bid;
    const limitPrice = request.limitPrice === undefined ? touch : price(request.limitPrice);
    const wanted = sizeOf(request, touch, instrument);
    checkRules(instrument, wanted, limitPrice);
    const needed = side === "BUY" ? times(limitPrice, wanted) : wanted;
    const asset = side === "BUY" ? instrument.quote : instrument.base;
    if (compare(needed, this.free(account, asset)) > 0) throw new StandRefused("FUNDS_SHORT");
    const order: StandOrder = {
      ...{ id: venueOrderId(`order-${this.#orders.length + 1}`), account, key, instrument: symbol, side },
      ...{ quantity: wanted, limitPrice, status: "OPEN", filled: quantity("0") },
    };
    this.#orders.push(order);
    this.events.push({
      ...{
        type: "ACCEPTED",
        account,
        venueOrderId: order.id,
        submitKey: key,
        instrument: symbol,
        side,
        at: this.now(),
      },
      ...(request.amount === undefined ? { quantity: wanted } : { quoteAmount: amount(request.amount) }),
      ...(request.limitPrice === undefined ? {} : { limitPrice }),
    });
    const there = side === "BUY" ? market.askQuantity : market.bidQuantity;
    const isScarce = there !== undefined && compare(there, wanted) < 0;
    if (timeInForce !== "FOK" || !isScarce) this.#match(order, touch);
    if (order.status === "OPEN" && timeInForce !== "GTC") this.#end(order, "EXPIRED");
    return order;
  }

  find(account: AccountId, name: { readonly key?: string; readonly id?: string }): StandOrder | undefined {
    return this.#orders.find(
      (order) => order.account === account && (name.id === undefined ? order.key === name.key : order.id === name.id),
    );
  }

  byId(id: VenueOrderId): StandOrder {
    const order = this.#orders.find((each) => each.id === id);
    if (order === undefined) throw new RangeError(`the exchange has no order ${id}`);
    return order;
  }

  open(account: AccountId, instrument?: string): readonly StandOrder[] {
    return this.#orders.filter(
      (order) =>
        order.account === account &&
        order.status === "OPEN" &&
        (instrument === undefined || order.instrument === instrument),
    );
  }

  /** Whether it was open. */
  cancel(order: StandOrder): boolean {
    if (order.status !== "OPEN") return false;
    this.#end(order, "CANCELLED");
    return true;
  }

  /** Executes so much of an order at its own price. */
  execute(order: StandOrder, size: Quantity, at: Price = order.limitPrice): void {
    const instrument = this.#listed(order.instrument);
    const value = notional(at, size);
    const fee = amount(times(value, feeShare));
    const isBuy = order.side === "BUY";
    this.#move(order.account, instrument.base, isBuy ? size : negative(size));
    this.#move(order.account, instrument.quote, minus(isBuy ? negative(value) : value, fee));
    order.filled = quantity(plus(order.filled, size));
    if (compare(order.filled, order.quantity) >= 0) order.status = "FILLED";
    const event = {
      type: "FILLED",
      ...{ account: order.account, venueOrderId: order.id, quantity: size, price: at },
      ...{ venueFillId: venueFillId(`fill-${this.fills.length + 1}`), at: this.now() },
      fee: { asset: instrument.quote, amount: fee },
    } as const;
    this.events.push(event);
    this.fills.push({ ...event, order });
  }

  /** What the account has, less what its open orders hold back. */
  free(account: AccountId, asset: string): Amount {
    const owned = this.#balances.get(`${account} ${asset}`) ?? decimal(this.#start[asset] ?? "0");
    const held = this.open(account).reduce((sum, order) => {
      const { base, quote } = this.#listed(order.instrument);
      const left = minus(order.quantity, order.filled);
      if (order.side === "SELL") return base === asset ? plus(sum, left) : sum;
      return quote === asset ? plus(sum, times(left, order.limitPrice)) : sum;
    }, zero);
    return amount(minus(owned, held));
  }

  #match(order: StandOrder, at: Price): void {
    const market = this.market(order.instrument);
    const touch = order.side === "BUY" ? market.ask : market.bid;
    const isBeyond = order.side === "BUY" ? compare(touch, order.limitPrice) > 0 : compare(touch, order.limitPrice) < 0;
    if (isBeyond) return;
    const left = minus(order.quantity, order.filled);
    const there = (order.side === "BUY" ? market.askQuantity : market.bidQuantity) ?? left;
    const taken = compare(there, left) < 0 ? there : left;
    if (sign(taken) > 0) this.execute(order, quantity(taken), at);
  }

  #end(order: StandOrder, how: "CANCELLED" | "EXPIRED"): void {
    order.status = how;
    this.events.push({ type: "ENDED", account: order.account, venueOrderId: order.id, how, at: this.now() });
  }

  #move(account: AccountId, asset: string, by: Decimal): void {
    const owned = this.#balances.get(`${account} ${asset}`) ?? decimal(this.#start[asset] ?? "0");
    this.#balances.set(`${account} ${asset}`, plus(owned, by));
  }

  #listed(symbol: InstrumentId): Instrument {
    const instrument = this.instruments.find((each) => each.symbol === symbol);
    if (instrument === undefined) throw new StandRefused("SYMBOL_UNKNOWN");
    return instrument;
  }
}

function sizeOf(request: StandOrderRequest, touch: Price, { lotSize }: Instrument): Quantity {
  if (request.quantity !== undefined) return quantity(request.quantity);
  return quantity(inSteps(dividedBy(decimal(request.amount ?? "0"), touch, 12, "down"), lotSize, "down"));
}

function checkRules(instrument: Instrument, size: Quantity, limitPrice: Price): void {
  const { lotSize, tickSize, quantityMin, quantityMax, notionalMin } = instrument;
  const isWhole = inSteps(size, lotSize, "down") === size && inSteps(limitPrice, tickSize, "down") === limitPrice;
  const isWithin = compare(size, quantityMin) >= 0 && compare(size, quantityMax) <= 0;
  if (!isWhole || !isWithin || compare(times(size, limitPrice), notionalMin) < 0)
    throw new StandRefused("ORDER_INVALID");
}

function negative(value: Decimal): Decimal {
  return minus(zero, value);
}
