import { compare, type Decimal, decimal, dividedBy, minus, plus, sign } from "@surefill/core";
import type { EventOf, Trade } from "./exchange-event.ts";
import type { SymbolSettings } from "./settings.ts";
import { zero } from "./wire-decimal.ts";

export interface Level {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

const two = decimal("2");
const eightPlaces = 8;

/** What everybody else offers of a symbol, and the prices that it has seen. Best levels stand first. */
export class OutsideMarket {
  #bids: readonly Level[];
  #asks: readonly Level[];
  #lastPrice: Decimal;
  #highPrice: Decimal;
  #lowPrice: Decimal;
  #volume: Decimal = zero;
  #quoteVolume: Decimal = zero;
  #tradeCount = 0;
  #updates = 1;
  readonly openPrice: Decimal;

  constructor({ bid, ask, depth }: SymbolSettings) {
    this.#bids = levelsOf([{ price: bid, quantity: depth }]);
    this.#asks = levelsOf([{ price: ask, quantity: depth }]);
    this.#lastPrice = middleOf(bid, ask);
    this.openPrice = this.#lastPrice;
    this.#highPrice = this.#lastPrice;
    this.#lowPrice = this.#lastPrice;
  }

  get bids(): readonly Level[] {
    return this.#bids;
  }

  get asks(): readonly Level[] {
    return this.#asks;
  }

  get lastPrice(): Decimal {
    return this.#lastPrice;
  }

  get highPrice(): Decimal {
    return this.#highPrice;
  }

  get lowPrice(): Decimal {
    return this.#lowPrice;
  }

  get volume(): Decimal {
    return this.#volume;
  }

  get quoteVolume(): Decimal {
    return this.#quoteVolume;
  }

  get tradeCount(): number {
    return this.#tradeCount;
  }

  get updates(): number {
    return this.#updates;
  }

  set({ bids, asks, lastPrice }: EventOf<"MARKET_SET">): void {
    this.#bids = levelsOf([...bids].sort((a, b) => compare(b.price, a.price)));
    this.#asks = levelsOf([...asks].sort((a, b) => compare(a.price, b.price)));
    this.#updates += 1;
    this.#see(lastPrice);
  }

  /** Takes from the level that a trade met; a maker's order met the level on its own side's opposite. */
  trade({ side, price, quantity, quoteQuantity, takenAt, isMaker }: Trade): void {
    this.#updates += 1;
    // The market moved before its makers were executed: they don't move it again.
    if (!isMaker) this.#see(price);
    // Of two accounts' orders that met, the taker's alone counts.
    if (!isMaker || takenAt !== undefined) {
      this.#volume = plus(this.#volume, quantity);
      this.#quoteVolume = plus(this.#quoteVolume, quoteQuantity);
      this.#tradeCount += 1;
    }
    if (takenAt === undefined) return;
    if (side === "BUY") this.#asks = without(this.#asks, takenAt, quantity);
    else this.#bids = without(this.#bids, takenAt, quantity);
  }

  #see(price: Decimal): void {
    this.#lastPrice = price;
    if (compare(price, this.#highPrice) > 0) this.#highPrice = price;
    if (compare(price, this.#lowPrice) < 0) this.#lowPrice = price;
  }
}

/** Halfway between bid and ask: what the last price is taken to be where nothing else says. */
export function middleOf(bid: Decimal, ask: Decimal): Decimal {
  if (sign(bid) === 0) return ask;
  return sign(ask) === 0 ? bid : dividedBy(plus(bid, ask), two, eightPlaces, "down");
}

function levelsOf(levels: readonly Level[]): readonly Level[] {
  return levels.filter(({ price, quantity }) => sign(price) > 0 && sign(quantity) > 0);
}

function without(levels: readonly Level[], price: Decimal, quantity: Decimal): readonly Level[] {
  return levelsOf(
    levels.map((level) => (level.price === price ? { price, quantity: minus(level.quantity, quantity) } : level)),
  );
}
