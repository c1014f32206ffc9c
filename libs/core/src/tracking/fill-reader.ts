import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { FillCursor } from "../store/fill-cursors.ts";
import { addMs, laterOf, type WallTime } from "../time/wall-time.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { FillPage, ReportedFill } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";

const pageMax = 500;
/** Pages read in one go; whoever polls goes on from there at once. */
const pagesMax = 20;
const queryMsMax = 15_000;
/** How far the venue's clock may be behind ours. */
const clockSkewMsMax = 60_000;
/** Between saves of the cursor: a crash reads so much again, and what is recorded already adds nothing. */
const saveEveryMs = 5_000;
const boundariesMax = 64;

/** Makes fills durable; false where one of them is not. */
type RecordFills = (fills: readonly ReportedFill[]) => Promise<boolean>;

/** Where a page ended: every fill of the venue up to `lastAt` is durable here. */
interface Boundary extends FillCursor {
  readonly next: string;
  readonly lastAt: WallTime;
}

/**
 * Reads a venue account's fills, in turn and without a gap, from a cursor that outlives this process. It never passes
 * a fill that is not durable. What is saved never passes the time of an attempt in doubt: whatever becomes of that one,
 * a later reader comes by its fills again.
 */
export class FillReader {
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #venueAccount: VenueAccount;
  #position: FillCursor | undefined;
  /** Page ends that are not saved yet, oldest first. */
  #boundaries: Boundary[] = [];
  #nextSaveMs = 0;

  constructor(desk: Desk, entry: VenueEntry, venueAccount: VenueAccount) {
    this.#desk = desk;
    this.#entry = entry;
    this.#venueAccount = venueAccount;
  }

  /**
   * Finds the saved cursor; where there is none, reading begins a little before the account's first order, as far as the
   * venue reaches back: also one that ended, by a venue's wrong word, before anybody read here may have been filled.
   * Without an order it begins a little before now, for the next one may end so.
   */
  async open(): Promise<void> {
    if (this.#position !== undefined) return;
    this.#position = (await this.#desk.store.fillCursors.find(this.#venueAccount)) ?? (await this.#begin());
  }

  async #begin(): Promise<FillCursor> {
    const now = this.#desk.clock.wall();
    const { fillHistoryMs } = this.#entry.manifest.capabilities;
    const first = (await this.#desk.store.orders.firstPlacedAt(this.#venueAccount)) ?? now;
    const wanted = addMs(first, -clockSkewMsMax);
    const since = fillHistoryMs === undefined ? wanted : laterOf(wanted, addMs(now, -fillHistoryMs));
    await this.#desk.store.fillCursors.save(this.#venueAccount, { since });
    return { since };
  }

  /** Reads on; tells whether there is more to be read at once. `doubtSince`: see LiveOrders. */
  async read(record: RecordFills, doubtSince: WallTime | undefined, signal: AbortSignal): Promise<"END" | "MORE"> {
    for (let pages = 0; pages < pagesMax; pages += 1) {
      const from = this.#position;
      if (from === undefined || signal.aborted) return "END";
      const page = await this.#page(from, signal);
      // A fill that is not durable is asked for again, with its page, at the next poll.
      if (!(await record(page.fills))) return "END";
      this.#advance(from, page);
      await this.#saveIfDue(doubtSince);
      if (page.fills.length < pageMax) return "END";
    }
    return "MORE";
  }

  /** Saves as far as it may be saved; to be called when nobody reads any more. */
  async save(doubtSince: WallTime | undefined): Promise<void> {
    const until = doubtSince === undefined ? undefined : addMs(doubtSince, -clockSkewMsMax);
    const saved = this.#boundaries.findLast(({ lastAt }) => until === undefined || lastAt < until);
    if (saved === undefined) return;
    const { next, since } = saved;
    await this.#desk.store.fillCursors.save(this.#venueAccount, { next, since });
    this.#boundaries = this.#boundaries.slice(this.#boundaries.indexOf(saved) + 1);
  }

  async #page(from: FillCursor, signal: AbortSignal): Promise<FillPage> {
    const { venue } = this.#entry;
    const { account } = this.#venueAccount;
    const ask = (after: string | WallTime) =>
      withDeadline(this.#desk.clock, queryMsMax, (late) =>
        venue.fillsSince(account, after, pageMax, AbortSignal.any([late, signal])),
      );
    if (from.next === undefined) return ask(from.since);
    try {
      return await ask(from.next);
    } catch (thrown) {
      if (SurefillError.from(thrown).code !== "CURSOR_INVALID") throw thrown;
      this.#desk.log.warn(
        { error: thrown, ...this.#venueAccount },
        "the venue forgot its fill cursor; reading by time",
      );
      return ask(from.since);
    }
  }

  #advance(from: FillCursor, { fills, next }: FillPage): void {
    const times = fills.map(({ fill }) => fill.venueTime);
    const lastAt = times.reduce<WallTime | undefined>(
      (max, at) => (max === undefined ? at : laterOf(max, at)),
      undefined,
    );
    const since = lastAt === undefined ? from.since : laterOf(from.since, addMs(lastAt, -clockSkewMsMax));
    this.#position = { next, since };
    if (lastAt === undefined || next === from.next) return;
    // Too many to keep: any of them is as good as the one before, only older.
    if (this.#boundaries.length >= boundariesMax)
      this.#boundaries = this.#boundaries.filter((_, place) => place % 2 === 1);
    this.#boundaries.push({ next, since, lastAt });
  }

  async #saveIfDue(doubtSince: WallTime | undefined): Promise<void> {
    const nowMs = this.#desk.clock.monotonicMs();
    if (nowMs < this.#nextSaveMs || this.#boundaries.length === 0) return;
    this.#nextSaveMs = nowMs + saveEveryMs;
    await this.save(doubtSince);
  }
}
