import { createHash } from "node:crypto";
import {
  type AccountId,
  type Clock,
  compare,
  limitPriceOf,
  type Price,
  type Quantity,
  venueFillId,
  venueOrderId,
  type WallTime,
  zeroQuantity,
} from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import type { OrderReport } from "./exchange-api.ts";
import type { ExchangeEvent } from "./exchange-event.ts";
import { feeFor } from "./fee.ts";
import type { Ledger } from "./ledger.ts";
import type { MarketRow } from "./market/market-row.ts";
import { orderRandom } from "./order-random.ts";
import type { OrderRequest } from "./order-request.ts";
import { leftOf, type PricedOrder, priceExecution, quantityTaken } from "./price-order.ts";
import type { ExchangeSettings, ListedInstrument } from "./settings.ts";
import { splitQuantity } from "./split-quantity.ts";

/** What the engine works on; `record` makes an event true, `publish` tells whoever listens. */
export interface MatchingContext {
  readonly settings: ExchangeSettings;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly now: () => WallTime;
  readonly record: (event: ExchangeEvent) => void;
  readonly publish: (account: AccountId, report: OrderReport) => void;
  /** Sees to it that a failure is told. */
  readonly inBackground: (work: Promise<void>) => void;
  /** Aborts when the exchange closes. */
  readonly closed: AbortSignal;
}

/** An order that passed every check. */
export interface CheckedOrder {
  readonly account: AccountId;
  readonly request: OrderRequest;
  readonly instrument: ListedInstrument;
  readonly row: MarketRow;
  readonly priced: PricedOrder;
}

/**
 * Executes orders: new ones against their own row of the market, resting ones when a row comes to their limit, waiting ones
 * against the row that comes to their trigger.
 */
export class MatchingEngine {
  readonly #context: MatchingContext;

  constructor(context: MatchingContext) {
    this.#context = context;
  }

  /** Takes an order, which moves its market on to the order's row. */
  accept(order: CheckedOrder): BookedOrder {
    const { ledger, record, now } = this.#context;
    const { account, request, instrument, row, priced } = order;
    const { submitKey, side, pricing, size, validUntil } = request;
    this.move(instrument, row);
    record({
      type: "ORDER_ACCEPTED",
      at: now(),
      account,
      submitKey,
      venueOrderId: idOfOrder(account, submitKey),
      instrument: instrument.symbol,
      side,
      pricing,
      quantity: priced.quantity,
      ...(size.in === "QUOTE" ? { quoteAmount: size.amount } : {}),
      takes: quantityTaken(pricing, priced, this.#available(instrument, row, side)),
      takerPrice: priced.price,
      validUntil,
      ...rowOf(row),
    });
    const booked = ledger.find(account, submitKey);
    if (booked === undefined) throw new Error(`order ${submitKey} was accepted and is not there`);
    return booked;
  }

  /** Moves a market on to `row`: what rests is served first, then what waited for this price. */
  move(instrument: ListedInstrument, row: MarketRow): void {
    this.#cross(instrument, row);
    for (const order of this.#context.ledger.triggers(instrument.symbol).reachedBy(row)) {
      this.#trigger(order, instrument, row);
    }
  }

  /** Fills the resting orders that `row` comes to, each at its own limit, as far as the row goes. */
  #cross(instrument: ListedInstrument, row: MarketRow): void {
    const { ledger, settings, publish } = this.#context;
    for (const order of ledger.book(instrument.symbol).reachedBy(row)) {
      const { account, side, submitKey, pricing } = order.accepted;
      const limitPrice = limitPriceOf(pricing);
      if (limitPrice === undefined) continue;
      const quantity = least(order.leaves, this.#available(instrument, row, side));
      const random = orderRandom(settings.seed, submitKey, `maker parts ${order.fillCount}`);
      for (const part of splitQuantity(quantity, instrument, settings.partialFills, random)) {
        this.#fill(order, instrument, part, limitPrice, "MAKER", row);
        publish(account, order.lastFillReport());
      }
    }
  }

  /** From now on the order is a market order, or a limit order, that came on this row; if its account can pay for it. */
  #trigger(order: BookedOrder, instrument: ListedInstrument, row: MarketRow): void {
    const { settings, ledger, record, publish, now } = this.#context;
    const { account, submitKey, venueOrderId, side, pricing } = order.accepted;
    const slippage = { bps: settings.slippageBps, unit: orderRandom(settings.seed, submitKey, "slippage").unit() };
    const limitPrice = limitPriceOf(pricing);
    const { isMarketable, price } = priceExecution(side, limitPrice, { instrument, row, slippage });
    const needed = ledger.balances.lockFor(side, instrument, order.leaves, limitPrice ?? price);
    if (!ledger.balances.affords(order, needed)) {
      record({ type: "ORDER_EXPIRED", at: now(), account, submitKey, venueOrderId });
      publish(account, order.statusReport());
      return;
    }
    const wanted = { isMarketable, quantity: order.leaves };
    const takes = quantityTaken(pricing, wanted, this.#available(instrument, row, side));
    const { symbol } = instrument;
    const names = { account, submitKey, venueOrderId, instrument: symbol, side };
    record({ type: "ORDER_TRIGGERED", at: now(), ...names, takes, takerPrice: price, ...rowOf(row) });
    this.#context.inBackground(this.settle(order, instrument));
  }

  /**
   * Executes what an accepted or triggered order takes from its row, part after part, and ends what neither fills nor rests. Goes on
   * where an earlier run left off. Without latency it is all done when this returns.
   */
  async settle(order: BookedOrder, instrument: ListedInstrument): Promise<void> {
    const { settings, clock, closed, publish, record, now } = this.#context;
    const { account, submitKey, venueOrderId, takes, takerPrice, row: number, bid, ask } = order.execution;
    const row: MarketRow = { bid, ask, ...(number === undefined ? {} : { number }) };
    const random = orderRandom(settings.seed, submitKey, "taker parts");
    const parts = splitQuantity(takes, instrument, settings.partialFills, random);
    while (!order.isSettled) {
      if (settings.latencyConfirmMs > 0) await clock.sleep(settings.latencyConfirmMs, closed);
      if (closed.aborted || !order.isOpen) return;
      const left = order.leavesToTake;
      if (left === zeroQuantity) {
        record({ type: "ORDER_EXPIRED", at: now(), account, submitKey, venueOrderId });
        publish(account, order.statusReport());
      } else {
        // An earlier run may have been set to split otherwise: what it left is never exceeded.
        this.#fill(order, instrument, least(left, parts[order.fillCount]), takerPrice, "TAKER", row);
        publish(account, order.lastFillReport());
      }
    }
  }

  /** Fills `order` by `quantity` at its own price, whatever state it is in. */
  executeUnasked(order: BookedOrder, instrument: ListedInstrument, quantity: Quantity): void {
    const { account, takerPrice, bid, ask } = order.execution;
    this.#fill(order, instrument, quantity, takerPrice, "TAKER", { bid, ask });
    this.#context.publish(account, order.lastFillReport());
  }

  #fill(
    order: BookedOrder,
    instrument: ListedInstrument,
    quantity: Quantity,
    price: Price,
    liquidity: "MAKER" | "TAKER",
    row: MarketRow,
  ): void {
    const { settings, record, now } = this.#context;
    const { account, submitKey, venueOrderId, side } = order.accepted;
    const fee = feeFor(instrument, quantity, price, settings);
    record({
      type: "FILL",
      at: now(),
      account,
      submitKey,
      venueOrderId,
      venueFillId: venueFillId(`${venueOrderId}_${order.fillCount + 1}`),
      instrument: instrument.symbol,
      side,
      quantity,
      price,
      feeAsset: fee.asset,
      fee: fee.amount,
      liquidity,
      ...rowOf(row),
    });
  }

  /** What a row still has for orders of `side`; undefined: no end to it. */
  #available({ symbol, lotSize }: ListedInstrument, row: MarketRow, side: "BUY" | "SELL"): Quantity | undefined {
    const { settings, ledger } = this.#context;
    const amount = side === "BUY" ? row.askAmount : row.bidAmount;
    if (settings.depth === "unlimited" || amount === undefined || row.number === undefined) return undefined;
    return leftOf(amount, ledger.taken(symbol, row.number, side), lotSize);
  }
}

/** The exchange's own id: not the member's, and the same in every run, so that no two runs can mix their fills up. */
function idOfOrder(account: AccountId, submitKey: string) {
  const digest = createHash("sha256").update(`${account}/${submitKey}`).digest("hex");
  return venueOrderId(`sim_o${digest.slice(0, 20)}`);
}

function rowOf({ number, bid, ask }: MarketRow) {
  return { bid, ask, ...(number === undefined ? {} : { row: number }) };
}

function least(wanted: Quantity, available: Quantity | undefined): Quantity {
  return available === undefined || compare(wanted, available) <= 0 ? wanted : available;
}
