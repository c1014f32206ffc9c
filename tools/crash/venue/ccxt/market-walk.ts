import { SeededRandom } from "@surefill/core";

/** A level of a book as the exchange's control takes it. */
export interface BookLevel {
  readonly price: string;
  readonly quantity: string;
}

export interface Book {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** A step, in basis points of the start; and how far the walk gets before it is drawn back. */
const stepBps = 10;
const rangeBps = 300;
/** Thin near the market, so that orders are filled in parts; deep behind, so that none exhausts the book. */
const thin = { levels: 5, quantity: "0.02" } as const;
const deepQuantity = "1000";
const tick = 0.5;

/** Prices around a start that follow from a seed: step after step, each a whole book. */
export class MarketWalk {
  readonly #random: SeededRandom;
  readonly #start: number;
  #bps = 0;

  constructor(seed: number, start: number) {
    this.#random = new SeededRandom(seed);
    this.#start = start;
  }

  next(): Book {
    // Prices of a made-up market, not money of anybody's: here a float will do.
    this.#bps += (this.#random.unit() * 2 - 1) * stepBps - (this.#bps / rangeBps) * (stepBps / 10);
    const middle = this.#start * (1 + this.#bps / 10_000);
    return { bids: levels(middle, -1), asks: levels(middle, 1) };
  }
}

function levels(middle: number, direction: 1 | -1): readonly BookLevel[] {
  return Array.from({ length: thin.levels + 1 }, (_, index) => ({
    price: (middle + direction * tick * (index + 1)).toFixed(2),
    quantity: index < thin.levels ? thin.quantity : deepQuantity,
  }));
}
