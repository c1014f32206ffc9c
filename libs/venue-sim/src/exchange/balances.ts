import {
  type AccountId,
  type Amount,
  addAmount,
  amount,
  compare,
  limitPriceOf,
  minus,
  notional,
  type Price,
  plus,
  type Quantity,
  sign,
  times,
  zeroAmount,
} from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import type { FillEvent } from "./exchange-event.ts";
import { feeFor } from "./fee.ts";
import type { ExchangeSettings, ListedInstrument } from "./settings.ts";

type StartSettings = Pick<ExchangeSettings, "startBalance" | "startBalances" | "feeBps" | "feeAsset">;

/** What an order holds back of one asset while it is open. */
export interface Locked {
  readonly asset: string;
  readonly amount: Amount;
}

interface AccountBalances {
  /** Changes against the start, by asset. */
  readonly moved: Map<string, Amount>;
  readonly lockedByAsset: Map<string, Amount>;
  readonly lockedByOrder: Map<BookedOrder, Locked>;
}

/** What each account has: what it started with, moved by its fills, less what its open orders hold back. */
export class Balances {
  readonly #settings: StartSettings;
  readonly #accounts = new Map<AccountId, AccountBalances>();

  constructor(settings: StartSettings) {
    this.#settings = settings;
  }

  free(account: AccountId, asset: string): Amount {
    const start = this.#settings.startBalances[asset] ?? this.#settings.startBalance;
    const balances = this.#accounts.get(account);
    const owned = plus(start, balances?.moved.get(asset) ?? zeroAmount);
    return amount(minus(owned, balances?.lockedByAsset.get(asset) ?? zeroAmount));
  }

  /** What an order of these terms holds back: what it would pay, the fee on top where it is taken in that asset. */
  lockFor(side: "BUY" | "SELL", instrument: ListedInstrument, quantity: Quantity, price: Price): Locked {
    const asset = side === "BUY" ? instrument.quote : instrument.base;
    const paid = side === "BUY" ? notional(price, quantity) : amount(quantity);
    const fee = feeFor(instrument, quantity, price, this.#settings);
    const isFeeOnTop = fee.asset === asset && sign(fee.amount) > 0;
    return { asset, amount: isFeeOnTop ? addAmount(paid, fee.amount) : paid };
  }

  /** Whether the account could pay for `needed` instead of what `order` holds back. */
  affords(order: BookedOrder, needed: Locked): boolean {
    const { account } = order.accepted;
    const held = this.#of(account).lockedByOrder.get(order);
    const back = held?.asset === needed.asset ? held.amount : zeroAmount;
    return compare(needed.amount, plus(this.free(account, needed.asset), back)) <= 0;
  }

  /** Holds back for `order` what it still may pay, instead of what was held back before. */
  hold(order: BookedOrder, instrument: ListedInstrument): void {
    const { account, side, pricing } = order.accepted;
    const { lockedByAsset, lockedByOrder } = this.#of(account);
    const before = lockedByOrder.get(order);
    if (before !== undefined) change(lockedByAsset, before.asset, amount(times(before.amount, minusOne)));
    if (!order.isOpen) {
      lockedByOrder.delete(order);
      return;
    }
    const price = limitPriceOf(pricing) ?? order.execution.takerPrice;
    const locked = this.lockFor(side, instrument, order.leaves, price);
    lockedByOrder.set(order, locked);
    change(lockedByAsset, locked.asset, locked.amount);
  }

  settle(event: FillEvent, { base, quote }: ListedInstrument): void {
    const { moved } = this.#of(event.account);
    const isBuy = event.side === "BUY";
    const quoteAmount = notional(event.price, event.quantity);
    change(moved, base, amount(isBuy ? event.quantity : times(event.quantity, minusOne)));
    change(moved, quote, isBuy ? amount(times(quoteAmount, minusOne)) : quoteAmount);
    change(moved, event.feeAsset, amount(times(event.fee, minusOne)));
  }

  #of(account: AccountId): AccountBalances {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const fresh: AccountBalances = {
      moved: new Map<string, Amount>(),
      lockedByAsset: new Map<string, Amount>(),
      lockedByOrder: new Map<BookedOrder, Locked>(),
    };
    this.#accounts.set(account, fresh);
    return fresh;
  }
}

const minusOne = amount("-1");

function change(balances: Map<string, Amount>, asset: string, by: Amount): void {
  balances.set(asset, addAmount(balances.get(asset) ?? zeroAmount, by));
}
