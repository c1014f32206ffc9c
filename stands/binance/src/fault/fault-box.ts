import { type Random, SeededRandom } from "@surefill/core";
import {
  type Fault,
  type FaultRate,
  type FaultTarget,
  faultName,
  type QueuedFault,
  queuedFaultSchema,
} from "./fault.ts";

interface Waiting {
  readonly on: QueuedFault["on"];
  readonly account: FaultTarget["account"];
  readonly fault: Fault;
  left: number;
}

/** Faults that wait for requests, and those that come by chance; each request meets one at most, queued ones first. */
export class FaultBox {
  readonly #queue: Waiting[] = [];
  readonly #counts = new Map<string, number>();
  #rates: readonly FaultRate[] = [];
  #random: Random = new SeededRandom(0);

  queue(fault: QueuedFault): void {
    const { on, account, times, fault: what } = queuedFaultSchema.parse(fault);
    this.#queue.push({ on, account, fault: what, left: times });
  }

  /** From now on, by chance; the same requests meet the same faults for the same seed. */
  setRates(seed: number, rates: readonly FaultRate[]): void {
    this.#random = new SeededRandom(seed);
    this.#rates = rates;
  }

  clear(): void {
    this.#queue.splice(0);
    this.#rates = [];
  }

  /** The fault that this request meets, if any. */
  next(target: FaultTarget): Fault | undefined {
    const fault = this.#queued(target) ?? this.#byChance(target);
    if (fault !== undefined) this.#counts.set(faultName(fault), (this.#counts.get(faultName(fault)) ?? 0) + 1);
    return fault;
  }

  /** How many requests met each. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #queued(target: FaultTarget): Fault | undefined {
    const index = this.#queue.findIndex((waiting) => fits(waiting, target));
    const waiting = this.#queue[index];
    if (waiting === undefined) return undefined;
    waiting.left -= 1;
    if (waiting.left === 0) this.#queue.splice(index, 1);
    return waiting.fault;
  }

  /** One draw for each rate that fits, so that one rate's luck does not hang on another's. */
  #byChance(target: FaultTarget): Fault | undefined {
    const drawn = this.#rates.filter((rate) => fits(rate, target)).map((rate) => ({ rate, unit: this.#random.unit() }));
    return drawn.find(({ rate, unit }) => unit < rate.share)?.rate.fault;
  }
}

function fits(
  { on, account }: { readonly on: QueuedFault["on"]; readonly account?: FaultTarget["account"] },
  target: FaultTarget,
): boolean {
  return (on === "ANY" || on === target.operation) && (account === undefined || account === target.account);
}
