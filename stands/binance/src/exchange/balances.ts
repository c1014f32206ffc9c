import { type AccountId, type Decimal, minus, plus, sign, times } from "@surefill/core";
import type { BookedOrder } from "./booked-order.ts";
import type { EventOf, Trade } from "./exchange-event.ts";
import { isLimited } from "./order-terms.ts";
import type { AccountSettings, SymbolSettings } from "./settings.ts";
import { zero } from "./wire-decimal.ts";

export interface AssetBalance {
  readonly asset: string;
  readonly free: Decimal;
  readonly locked: Decimal;
}

interface AccountBalances {
  readonly totals: Map<string, Decimal>;
  readonly locked: Map<string, Decimal>;
  readonly lockedByOrder: Map<BookedOrder, { readonly asset: string; readonly amount: Decimal }>;
}

/** What each account has, and what its open orders hold back of it. */
export class Balances {
  readonly #accounts: ReadonlyMap<AccountId, AccountBalances>;

  constructor(accounts: readonly AccountSettings[]) {
    this.#accounts = new Map(
      accounts.map(({ account, balances }) => [
        account,
        { totals: new Map(Object.entries(balances)), locked: new Map(), lockedByOrder: new Map() },
      ]),
    );
  }

  of(account: AccountId): readonly AssetBalance[] {
    const { totals } = this.#of(account);
    return [...totals.keys()].map((asset) => this.balance(account, asset));
  }

  balance(account: AccountId, asset: string): AssetBalance {
    const { totals, locked: locks } = this.#of(account);
    const locked = locks.get(asset) ?? zero;
    return { asset, free: minus(totals.get(asset) ?? zero, locked), locked };
  }

  set({ account, asset, total }: EventOf<"BALANCE_SET">): void {
    this.#of(account).totals.set(asset, total);
  }

  settle(trade: Trade, { base, quote }: SymbolSettings): void {
    const { totals } = this.#of(trade.account);
    const isBuy = trade.side === "BUY";
    add(totals, base, isBuy ? trade.quantity : minus(zero, trade.quantity));
    add(totals, quote, isBuy ? minus(zero, trade.quoteQuantity) : trade.quoteQuantity);
    add(totals, trade.commissionAsset, minus(zero, trade.commission));
  }

  /** Holds back what `order` may still need, instead of what was held back for it before. */
  hold(order: BookedOrder, symbol: SymbolSettings): void {
    const { locked, lockedByOrder } = this.#of(order.accepted.account);
    const before = lockedByOrder.get(order);
    if (before !== undefined) add(locked, before.asset, minus(zero, before.amount));
    lockedByOrder.delete(order);
    const needed = heldBy(order, symbol);
    if (sign(needed.amount) === 0) return;
    lockedByOrder.set(order, needed);
    add(locked, needed.asset, needed.amount);
  }

  #of(account: AccountId): AccountBalances {
    const balances = this.#accounts.get(account);
    if (balances === undefined) throw new RangeError(`there is no account ${account}`);
    return balances;
  }
}

/** A market order holds nothing back: it is over before anybody can look. */
function heldBy(order: BookedOrder, { base, quote }: SymbolSettings): { asset: string; amount: Decimal } {
  const { side, orderType, price, stopPrice } = order.accepted;
  if (side === "SELL") return { asset: base, amount: orderType === "MARKET" ? zero : order.leaves };
  const expected = isLimited(orderType) ? price : stopPrice;
  return { asset: quote, amount: times(expected, order.leaves) };
}

function add(amounts: Map<string, Decimal>, asset: string, by: Decimal): void {
  amounts.set(asset, plus(amounts.get(asset) ?? zero, by));
}
