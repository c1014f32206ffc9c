import {
  compare,
  type Decimal,
  decimal,
  dividedBy,
  minus,
  type Price,
  plus,
  price,
  type Random,
  sign,
  times,
} from "@surefill/core";
import { orderRandom } from "../order-random.ts";
import { roundToStep } from "../round-to-step.ts";
import type { ListedInstrument } from "../settings.ts";
import type { MarketRow } from "./market-row.ts";

export interface WalkSettings {
  readonly seed: number;
  readonly startPrice: Price;
  /** With each row the price moves by U(−1, 1) of this. */
  readonly volatilityBps: number;
  /** Between bid and ask. */
  readonly spreadBps: number;
}

/** Moves are whole numbers of parts of the price, a part being a hundred-millionth. */
const partsPerBps = 10_000;
const onePart = decimal("0.00000001");
const halfBps = decimal("0.00005");
/** The walk turns back where the price would leave a tenth to tenfold of its start. */
const boundary = decimal("10");

/** A seeded random walk that moves on by a row with each new order. It is walked forwards only. */
export class RandomWalk {
  readonly pace = "PER_ORDER";
  readonly #settings: WalkSettings;
  readonly #tickSize: Decimal;
  readonly #random: Random;
  readonly #lowest: Decimal;
  readonly #highest: Decimal;
  #number = 0;
  #middle: Decimal;

  constructor({ symbol, tickSize }: ListedInstrument, settings: WalkSettings) {
    this.#settings = settings;
    this.#tickSize = tickSize;
    this.#random = orderRandom(settings.seed, symbol, "walk");
    this.#middle = settings.startPrice;
    this.#lowest = dividedBy(settings.startPrice, boundary, 18, "up");
    this.#highest = times(settings.startPrice, boundary);
  }

  row(number: number): MarketRow {
    if (number < this.#number) throw new RangeError(`row ${number} of a walk that is at ${this.#number}`);
    for (; this.#number < number; this.#number += 1) this.#step();
    const half = times(times(this.#middle, decimal(String(this.#settings.spreadBps))), halfBps);
    const ask = price(roundToStep(plus(this.#middle, half), this.#tickSize, "up"));
    const bid = roundToStep(minus(this.#middle, half), this.#tickSize, "down");
    return { number, bid: sign(bid) > 0 ? price(bid) : ask, ask };
  }

  #step(): void {
    const parts = Math.round((2 * this.#random.unit() - 1) * this.#settings.volatilityBps * partsPerBps);
    const move = times(times(this.#middle, decimal(String(parts))), onePart);
    const moved = roundToStep(plus(this.#middle, move), this.#tickSize, "halfEven");
    const isOutside = compare(moved, this.#lowest) < 0 || compare(moved, this.#highest) > 0;
    this.#middle = isOutside ? roundToStep(minus(this.#middle, move), this.#tickSize, "halfEven") : moved;
  }
}
