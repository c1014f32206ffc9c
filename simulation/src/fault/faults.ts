import type { Random } from "@surefill/core";
import { type FaultCounts, type FaultKind, faultKinds } from "./fault-kind.ts";

/** A share of calls in which each of some faults happens; what is left over goes well. */
export type Odds = Readonly<Partial<Record<FaultKind, number>>>;

/** All that is left to chance in a run, and what went wrong in it so far. */
export class Faults {
  readonly #random: Random;
  readonly #counts: Record<FaultKind, number>;
  #isCalm = false;

  constructor(random: Random) {
    this.#random = random;
    this.#counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  }

  get counts(): FaultCounts {
    return this.#counts;
  }

  /** How often anything went wrong. */
  get total(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** From here on nothing goes wrong any more. */
  calm(): void {
    this.#isCalm = true;
  }

  count(kind: FaultKind): void {
    this.#counts[kind] += 1;
  }

  /** The fault of one call, counted, or undefined. */
  draw(odds: Odds): FaultKind | undefined {
    if (this.#isCalm) return undefined;
    let place = this.#random.unit();
    for (const kind in odds) {
      const share = odds[kind as FaultKind] ?? 0;
      if (place < share) {
        this.count(kind as FaultKind);
        return kind as FaultKind;
      }
      place -= share;
    }
    return undefined;
  }

  /** Whether something with this share happens, faults or not. */
  happens(share: number): boolean {
    return this.#random.unit() < share;
  }

  between(low: number, high: number): number {
    return low + this.#random.unit() * (high - low);
  }

  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** One of `some`, which are not empty. */
  one<const T>(some: readonly [T, ...T[]]): T {
    return some[Math.floor(this.#random.unit() * some.length)] ?? some[0];
  }
}
