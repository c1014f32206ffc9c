import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { pollPaceMs } from "./poll-pace.ts";
import { Reconciler } from "./reconciler.ts";

/** Between polls: where there is no stream, and as a backstop where there is one, for streams may miss reports. */
const pollMs = { alone: 500, besideStream: 2_000 } as const;
/** Reading and comparing a book of more than so many orders is work: it may take a fifth of the time and no more. */
const largeBook = { ordersMin: 5_000, restRatio: 4, restMsMax: 10_000 } as const;
const reconnectMs = { first: 100, max: 5_000 } as const;

/**
 * Records what one venue account's orders do at their venue: the stream as it comes, and reconciliation at every poll.
 * Guarded by the orders' versions alone, so that several observers of one venue account are harmless.
 */
export class Observer {
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #venueAccount: VenueAccount;
  readonly #reconciler: Reconciler;
  readonly #stop = new AbortController();
  #streaming = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(desk: Desk, entry: VenueEntry, venueAccount: VenueAccount) {
    this.#desk = desk;
    this.#entry = entry;
    this.#venueAccount = venueAccount;
    this.#reconciler = new Reconciler(desk, entry, venueAccount);
  }

  start(): void {
    this.#running = Promise.all([this.#stream(), this.#pollUntilStopped()]);
  }

  /** Resolves when everything taken in is recorded. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#reconciler.recorder.idle();
    try {
      await this.#reconciler.close();
    } catch (error) {
      this.#desk.log.warn({ error, ...this.#venueAccount }, "the fill cursor was not saved; the next start reads more");
    }
  }

  async #stream(): Promise<void> {
    const watch = this.#entry.venue.watch?.bind(this.#entry.venue);
    if (watch === undefined) return;
    let waitMs: number = reconnectMs.first;
    while (!this.#stop.signal.aborted) {
      try {
        this.#streaming = true;
        for await (const report of watch(this.#venueAccount.account, this.#stop.signal)) {
          waitMs = reconnectMs.first;
          await this.#reconciler.recorder.add(report);
        }
      } catch (error) {
        if (!this.#stop.signal.aborted)
          this.#desk.log.warn({ error, ...this.#venueAccount }, "stream broke; reconnecting");
      }
      this.#streaming = false;
      await this.#desk.clock.sleep(waitMs, this.#stop.signal);
      waitMs = Math.min(waitMs * 2, reconnectMs.max);
    }
  }

  async #pollUntilStopped(): Promise<void> {
    const { clock } = this.#desk;
    while (!this.#stop.signal.aborted) {
      const startedMs = clock.monotonicMs();
      const hasMore = await this.#poll();
      if (!hasMore) await clock.sleep(this.#restMs(clock.monotonicMs() - startedMs), this.#stop.signal);
    }
  }

  #restMs(tookMs: number): number {
    const intervalMs = Math.max(this.#streaming ? pollMs.besideStream : pollMs.alone, pollPaceMs(this.#entry));
    if (this.#reconciler.liveCount < largeBook.ordersMin) return intervalMs;
    return Math.max(intervalMs, Math.min(tookMs * largeBook.restRatio, largeBook.restMsMax));
  }

  async #poll(): Promise<boolean> {
    try {
      return (await this.#reconciler.pass("POLL", this.#stop.signal)).hasMore;
    } catch (error) {
      this.#desk.log.warn({ error, ...this.#venueAccount }, "a poll failed; trying again");
      return false;
    }
  }
}
