import type { LineName, WireMessage } from "./wire-message.ts";

/** One submission. Times are those of the machine's clock. */
export interface Flight {
  readonly line: LineName;
  readonly submitKey: string;
  readonly fromMs: number;
  toMs?: number;
}

/** The submissions that came in at the lines, and when each was on its way: between its arrival and its answer. */
export class Wire {
  readonly #flights: Flight[] = [];
  readonly #flying = new Map<string, Flight>();
  readonly #waiting = new Set<() => void>();

  tell({ kind, line, submitKey, atMs }: WireMessage): void {
    const key = `${line} ${submitKey}`;
    if (kind === "ARRIVED") {
      const flight: Flight = { line, submitKey, fromMs: atMs };
      this.#flights.push(flight);
      this.#flying.set(key, flight);
      for (const wake of this.#waiting) wake();
      return;
    }
    const flight = this.#flying.get(key);
    if (flight !== undefined) flight.toMs = atMs;
    this.#flying.delete(key);
  }

  /** Every submission that has come in, in turn. */
  get flights(): readonly Flight[] {
    return this.#flights;
  }

  /** The lines with a submission under way now, one entry a submission. */
  get now(): readonly LineName[] {
    return [...this.#flying.values()].map(({ line }) => line);
  }

  /** Resolves with the next submission that comes in, or after `msMax`. */
  async next(msMax: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, msMax);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }

  /** Whether a submission of `line`, or of any, was under way at a moment of the machine's clock. */
  wasBusy(atMs: number, line?: LineName): boolean {
    return this.#flights.some(
      (flight) =>
        (line === undefined || flight.line === line) &&
        flight.fromMs <= atMs &&
        (flight.toMs === undefined || flight.toMs > atMs),
    );
  }
}
