import { type AccountId, compare, type Decimal, plus, times } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import { commissionFor } from "./commission.ts";
import type { ExchangeEvent, ExpiryReason } from "./exchange-event.ts";
import type { Ledger } from "./ledger.ts";
import { costOf, isWithin, offersFor, reachable, smaller } from "./liquidity.ts";
import { isLimited, type OrderTerms, type Side } from "./order-terms.ts";
import type { AccountSettings, Settings } from "./settings.ts";
import { cut } from "./wire-decimal.ts";

interface EnginePorts {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly now: () => number;
  readonly record: (event: ExchangeEvent) => void;
}

/** Who executes what against whom: price, then time. */
export class MatchingEngine {
  readonly #ports: EnginePorts;
  readonly #accounts: ReadonlyMap<AccountId, AccountSettings>;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#accounts = new Map(ports.settings.accounts.map((account) => [account.account, account]));
  }

  /** An order's own turn: it takes what it can, and what then is left of it rests or expires. */
  work(order: BookedOrder): void {
    const { orderType, timeInForce } = order.accepted;
    const isHopeless = timeInForce === "FOK" && !this.#canFill(order);
    if (!isHopeless) this.#take(order);
    if (!order.isOpen || (isLimited(orderType) && timeInForce === "GTC")) return;
    if (!isLimited(orderType)) this.#expire(order, "INSUFFICIENT_LIQUIDITY");
    else this.#expire(order, isHopeless ? "UNFILLED_FOK_ORDER_EXPIRED" : "UNFILLED_IOC_QUANTITY_EXPIRED");
  }

  /** After the market from outside has moved: it takes what rests within it. */
  cross(symbol: string): void {
    for (const order of this.#resting(symbol)) {
      const { side, price } = order.accepted;
      for (const level of this.#outside(symbol, side)) {
        if (!order.isOpen || !isWithin(side, price, level.price)) break;
        this.#trade(order, {
          price,
          quantity: smaller(order.leaves, level.quantity),
          isMaker: true,
          takenAt: level.price,
        });
      }
    }
  }

  /** Lets every stop work that the last price has come to; what they do may bring it to others. */
  trigger(symbol: string): void {
    const { ledger, now, record } = this.#ports;
    for (;;) {
      const due = ledger.book(symbol).find((order) => order.isWaiting && this.wouldTrigger(order.accepted));
      if (due === undefined) return;
      const { account, orderId } = due.accepted;
      record({ type: "ORDER_TRIGGERED", at: now(), account, symbol, orderId });
      if (this.#isAffordable(due)) this.work(due);
      else this.#expire(due, "REJECTED");
    }
  }

  /** Whether the last price is where a stop would work at once. */
  wouldTrigger({ symbol, side, orderType, stopPrice }: OrderTerms): boolean {
    const { lastPrice } = this.#ports.ledger.market(symbol);
    const waitsForRise = (side === "BUY") === orderType.startsWith("STOP_LOSS");
    return waitsForRise ? compare(lastPrice, stopPrice) >= 0 : compare(lastPrice, stopPrice) <= 0;
  }

  /** An execution that the order's terms need not ask for. */
  execute(order: BookedOrder, quantity: Decimal, price: Decimal): void {
    this.#trade(order, { price, quantity, isMaker: isLimited(order.accepted.orderType) });
  }

  /** By price, then time. */
  #resting(symbol: string): readonly BookedOrder[] {
    const resting = this.#ports.ledger.book(symbol).filter((order) => order.isResting);
    const of = (side: Side) => resting.filter(({ accepted }) => accepted.side === side);
    return [
      ...of("BUY").sort((a, b) => compare(b.accepted.price, a.accepted.price)),
      ...of("SELL").sort((a, b) => compare(a.accepted.price, b.accepted.price)),
    ];
  }

  #outside(symbol: string, side: Side) {
    const market = this.#ports.ledger.market(symbol);
    return side === "BUY" ? market.asks : market.bids;
  }

  #canFill(order: BookedOrder): boolean {
    const { symbol, side, account, price: limit } = order.accepted;
    const offers = reachable(offersFor(this.#ports.ledger, symbol, side), { side, account, limit });
    return compare(costOf(offers, order.leaves).taken, order.leaves) >= 0;
  }

  /** A market stop is paid for when it works: what it held back may no longer do. */
  #isAffordable(order: BookedOrder): boolean {
    const { ledger } = this.#ports;
    const { symbol, side, account, orderType } = order.accepted;
    if (side === "SELL" || isLimited(orderType)) return true;
    const offers = reachable(offersFor(ledger, symbol, side), { side, account });
    const { free } = ledger.balances.balance(account, ledger.symbol(symbol).quote);
    const held = times(order.accepted.stopPrice, order.leaves);
    return compare(costOf(offers, order.leaves).cost, plus(held, free)) <= 0;
  }

  #take(order: BookedOrder): void {
    const { ledger } = this.#ports;
    const { symbol, side, account, orderType, price: limit } = order.accepted;
    for (const offer of offersFor(ledger, symbol, side)) {
      if (!order.isOpen || (isLimited(orderType) && !isWithin(side, limit, offer.price))) return;
      const { price, order: maker } = offer;
      if (maker?.accepted.account === account) {
        this.#expire(maker, "SELF_TRADE");
        continue;
      }
      const quantity = smaller(order.leaves, offer.quantity);
      const tradeId = ledger.nextTradeId;
      this.#trade(order, { price, quantity, isMaker: false, tradeId, ...(maker === undefined && { takenAt: price }) });
      if (maker !== undefined) this.#trade(maker, { price, quantity, isMaker: true, tradeId });
    }
  }

  #trade(
    order: BookedOrder,
    execution: {
      readonly price: Decimal;
      readonly quantity: Decimal;
      readonly isMaker: boolean;
      readonly takenAt?: Decimal;
      readonly tradeId?: number;
    },
  ): void {
    const { ledger, now, record, settings } = this.#ports;
    const { account, symbol: name, orderId, side } = order.accepted;
    const symbol = ledger.symbol(name);
    const quoteQuantity = cut(times(execution.price, execution.quantity));
    const bnb = { price: settings.bnbPrices[symbol.quote], free: ledger.balances.balance(account, "BNB").free };
    const commission = commissionFor({ ...execution, side, quoteQuantity }, symbol, this.#settingsOf(account), bnb);
    const { tradeId = ledger.nextTradeId, ...what } = execution;
    const who = { at: now(), account, symbol: name, orderId, tradeId, side };
    record({ type: "TRADE", ...who, ...what, quoteQuantity, ...commission });
  }

  #expire(order: BookedOrder, reason: ExpiryReason): void {
    const { account, symbol, orderId } = order.accepted;
    this.#ports.record({ type: "ORDER_EXPIRED", at: this.#ports.now(), account, symbol, orderId, reason });
  }

  #settingsOf(account: AccountId): AccountSettings {
    const settings = this.#accounts.get(account);
    if (settings === undefined) throw new RangeError(`there is no account ${account}`);
    return settings;
  }
}
