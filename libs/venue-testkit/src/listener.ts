import type { AccountId, ExecutionReport, SubmitKey, Venue } from "@surefill/core";
import { must } from "./check.ts";
import type { Trial } from "./trial.ts";

/** Orders that are placed to see whether a stream is up. */
const probesMax = 5;
const probeWaitMs = 1_000;

/** A stream of a library, read as it comes. */
export class Listener {
  readonly reports: ExecutionReport[] = [];
  /** How it ended, once it has. */
  end: { readonly kind: "ENDED" } | { readonly kind: "THROWN"; readonly error: unknown } | undefined;
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;

  private constructor(venue: Venue, account: AccountId, signal: AbortSignal) {
    this.#reading = this.#read(venue, account, AbortSignal.any([signal, this.#stop.signal]));
  }

  static start(trial: Trial, account: AccountId = trial.account): Listener {
    must(trial.venue.watch !== undefined, "watch, as claimed", "there is none");
    return new Listener(trial.venue, account, trial.signal);
  }

  /** A stream that is up: an order that was placed since has been reported on it. */
  static async connected(trial: Trial): Promise<Listener> {
    const listener = Listener.start(trial);
    for (let probe = 0; probe < probesMax && listener.reports.length === 0; probe += 1) {
      const { reference } = await trial.place();
      await trial.found(reference, "FILLED");
      await listener.#orLong(trial);
    }
    must(listener.reports.length > 0, `a report within ${probesMax} orders`, listener.end ?? "none");
    return listener;
  }

  of(key: SubmitKey): readonly ExecutionReport[] {
    return this.reports.filter(({ submitKey }) => submitKey === key);
  }

  /** Gives the stream up, as a process does that stops. */
  stop(): void {
    this.#stop.abort();
  }

  async #read(venue: Venue, account: AccountId, signal: AbortSignal): Promise<void> {
    try {
      for await (const report of venue.watch?.(account, signal) ?? []) this.reports.push(report);
      this.end = { kind: "ENDED" };
    } catch (error) {
      this.end = { kind: "THROWN", error };
    }
  }

  async #orLong(trial: Trial): Promise<void> {
    const startedMs = performance.now();
    while (this.reports.length === 0 && performance.now() - startedMs < probeWaitMs) await trial.stand.advance(5);
  }

  /** Resolves when nothing is read any more. */
  get done(): Promise<void> {
    return this.#reading;
  }
}
