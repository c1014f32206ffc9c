import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { KeptFill } from "../store/unmatched-fills.ts";
import { addMs } from "../time/wall-time.ts";
import type { ReportedFill } from "../venue/venue.ts";

const pageMax = 1_000;
/** Unmatched fills kept of one venue account, newest first to stay, and for how long: an order that is adopted later
 * than that brings its fills with its look-up. */
const keptMax = 10_000;
const keptMsMax = 30 * 24 * 60 * 60 * 1_000;

/**
 * The fills of a venue account that can't be applied yet, as those whose order is not known: durable, and in memory to be
 * tried again.
 */
export class UnmatchedFillBook {
  readonly #desk: Desk;
  readonly #venueAccount: VenueAccount;
  readonly #kept = new Map<number, KeptFill>();
  #lastSeq = 0;
  #isOpen = false;

  constructor(desk: Desk, venueAccount: VenueAccount) {
    this.#desk = desk;
    this.#venueAccount = venueAccount;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** In the order of keeping. */
  all(): readonly KeptFill[] {
    return [...this.#kept.values()];
  }

  /** Reads what earlier processes kept. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    await this.#readOn();
    this.#isOpen = true;
  }

  /** Makes fills durable that nobody can name the order of, or apply to it; those kept already stay as they are. */
  async keep(fills: readonly ReportedFill[]): Promise<void> {
    if (fills.length === 0) return;
    const keptAt = this.#desk.clock.wall();
    await this.#desk.store.unmatchedFills.keep(fills.map((fill) => ({ ...this.#venueAccount, ...fill, keptAt })));
    const before = this.size;
    await this.#readOn();
    if (this.size > before) {
      const [first] = fills;
      const example = { submit_key: first?.submitKey, venue_order_id: first?.fill.venueOrderId };
      this.#desk.log.warn(
        { ...this.#venueAccount, fills: this.size - before, ...example },
        "fills of no order that is known, or that can't be recorded of it; kept until they can",
      );
    }
  }

  async remove(fills: readonly KeptFill[]): Promise<void> {
    for (let from = 0; from < fills.length; from += pageMax) {
      const seqs = fills.slice(from, from + pageMax).map(({ seq }) => seq);
      await this.#desk.store.unmatchedFills.remove(seqs);
      for (const seq of seqs) this.#kept.delete(seq);
    }
  }

  /** Gives up what is beyond the bounds, here and in the store. */
  async prune(): Promise<void> {
    const before = addMs(this.#desk.clock.wall(), -keptMsMax);
    const count = await this.#desk.store.unmatchedFills.prune(this.#venueAccount, before, keptMax);
    if (count > 0) this.#desk.log.warn({ ...this.#venueAccount, fills: count }, "unmatched fills given up as too many");
    for (const [place, { seq, keptAt }] of this.all().entries())
      if (keptAt < before || place < this.size - keptMax) this.#kept.delete(seq);
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const page = await this.#desk.store.unmatchedFills.list(this.#venueAccount, pageMax, this.#lastSeq);
      for (const kept of page) this.#kept.set(kept.seq, kept);
      this.#lastSeq = page.at(-1)?.seq ?? this.#lastSeq;
      if (page.length < pageMax) return;
    }
  }
}
