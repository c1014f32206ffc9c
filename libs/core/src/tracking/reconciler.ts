import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { OrderTransitions } from "../order/change-order.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { OrderId } from "../order/order-id.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { ReportedFill } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { FillReader } from "./fill-reader.ts";
import { LiveOrderFeed } from "./live-order-feed.ts";
import { LiveOrders } from "./live-orders.ts";
import { OpenOrderComparison } from "./open-order-comparison.ts";
import type { Difference, ForeignOrder, Reconciliation } from "./reconciliation.ts";
import { ReportRecorder } from "./report-recorder.ts";
import { SuspectLookups } from "./suspect-lookups.ts";

const queryMsMax = 15_000;
/**
 * While no order is live, fills and open orders are still asked for this often: venues report some fills after the end,
 * and what they had refused may turn up open.
 */
const idleEveryMs = 30_000;
/** How often what is kept is checked against its bounds, and unmatched fills are looked for in the whole store. */
const tidyEveryMs = 60_000;
/** A thorough pass reads all fills there are before it compares; this often it goes on at once. */
const fillReadsMax = 100;

/** How thorough a pass is: POLL keeps to the intervals of look-ups, FULL asks about everything that is not clear. */
export type PassKind = "POLL" | "FULL";

export interface Pass {
  readonly reconciliation: Reconciliation;
  /** There are more fills to be read at once. */
  readonly hasMore: boolean;
}

/**
 * Holds one venue account's orders against what their venue says: fills and open orders in bulk, single look-ups for
 * what these don't settle. Keeps between passes what makes the next one cheap: an index of the live orders, the fill
 * cursor, the intervals of look-ups. Guarded by the orders' versions alone, so that several are harmless.
 */
export class Reconciler {
  readonly recorder: ReportRecorder;
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #venueAccount: VenueAccount;
  readonly #live = new LiveOrders();
  readonly #feed: LiveOrderFeed;
  readonly #fills: FillReader;
  readonly #comparison: OpenOrderComparison;
  readonly #lookups: SuspectLookups;
  #nextIdleMs = 0;
  #nextTidyMs = 0;
  #changed = new Set<OrderId>();
  #fillsApplied = 0;
  #fillsRead = 0;

  constructor(desk: Desk, entry: VenueEntry, venueAccount: VenueAccount) {
    // What is committed here is known here, before any event stream tells.
    const onCommitted: NonNullable<Desk["onCommitted"]> = (before, change) => {
      desk.onCommitted?.(before, change);
      this.#take(change);
    };
    this.#desk = { ...desk, onCommitted };
    this.#entry = entry;
    this.#venueAccount = venueAccount;
    this.#feed = new LiveOrderFeed(this.#desk, venueAccount, this.#live);
    this.#fills = new FillReader(this.#desk, entry, venueAccount);
    this.recorder = new ReportRecorder(this.#desk, venueAccount, this.#live);
    this.#comparison = new OpenOrderComparison(this.#desk, venueAccount, this.#live, this.recorder);
    this.#lookups = new SuspectLookups(this.#desk, entry, venueAccount, this.#live);
  }

  /** Live orders of the venue account. */
  get liveCount(): number {
    return this.#live.size;
  }

  async pass(kind: PassKind, signal: AbortSignal): Promise<Pass> {
    this.#changed = new Set();
    this.#fillsApplied = 0;
    this.#fillsRead = 0;
    await this.#feed.refresh();
    await this.#tidy();
    return this.#entry.manifest.capabilities.bulkQueries ? this.#inBulk(kind, signal) : this.#oneByOne(kind, signal);
  }

  /** Saves the fill cursor; to be called when no pass is under way any more. */
  async close(): Promise<void> {
    await this.#fills.save(this.#live.doubtSince());
  }

  #take({ order, fills }: OrderTransitions): void {
    this.#live.take(order);
    this.#changed.add(order.orderId);
    this.#fillsApplied += fills.length;
  }

  async #tidy(): Promise<void> {
    const nowMs = this.#desk.clock.monotonicMs();
    const isDue = nowMs >= this.#nextTidyMs;
    await this.recorder.matchAgain(isDue);
    if (!isDue) return;
    this.#nextTidyMs = nowMs + tidyEveryMs;
    await this.recorder.unmatched.prune();
  }

  async #inBulk(kind: PassKind, signal: AbortSignal): Promise<Pass> {
    await this.#fills.open();
    const nowMs = this.#desk.clock.monotonicMs();
    if (kind === "POLL" && !this.#hasAttempts() && nowMs < this.#nextIdleMs)
      return { reconciliation: this.#summary(0, 0, [], []), hasMore: false };
    this.#nextIdleMs = nowMs + idleEveryMs;
    const hasMore = await this.#readFills(kind, signal);
    const { account } = this.#venueAccount;
    const askedAt = this.#desk.clock.wall();
    const open: readonly ExecutionReport[] = await withDeadline(this.#desk.clock, queryMsMax, (late) =>
      this.#entry.venue.openOrders(account, AbortSignal.any([late, signal])),
    );
    const compared = await this.#comparison.compare(open, askedAt, kind);
    // Those that turned out to be open, or to have ended, since the venue was asked, have moved in the index.
    const suspects = [...this.#live.all()].filter(
      ({ orderId, attempt }) =>
        attempt !== undefined && (compared.behind.has(orderId) || !compared.listed.has(attempt.submitKey)),
    );
    const { lookedUp, differences } = await this.#lookups.ask(suspects, compared.behind, kind, signal);
    const found = [...compared.differences, ...differences];
    return { reconciliation: this.#summary(compared.count, lookedUp, compared.foreignOrders, found), hasMore };
  }

  async #oneByOne(kind: PassKind, signal: AbortSignal): Promise<Pass> {
    const suspects = [...this.#live.all()].filter(({ attempt }) => attempt !== undefined);
    const { lookedUp, differences } = await this.#lookups.ask(suspects, new Set(), kind, signal);
    return { reconciliation: this.#summary(lookedUp, lookedUp, [], differences), hasMore: false };
  }

  #hasAttempts(): boolean {
    for (const { attempt } of this.#live.all()) if (attempt !== undefined) return true;
    return false;
  }

  /** True where there are more to be read at once. */
  async #readFills(kind: PassKind, signal: AbortSignal): Promise<boolean> {
    const record = async (fills: readonly ReportedFill[]) => {
      this.#fillsRead += fills.length;
      return this.recorder.recordFills(fills);
    };
    const reads = kind === "FULL" ? fillReadsMax : 1;
    for (let read = 0; read < reads; read += 1)
      if ((await this.#fills.read(record, this.#live.doubtSince(), signal)) === "END") return false;
    return true;
  }

  #summary(
    ordersCompared: number,
    ordersLookedUp: number,
    foreignOrders: readonly ForeignOrder[],
    differences: readonly Difference[],
  ): Reconciliation {
    return {
      ordersCompared,
      ordersLookedUp,
      ordersChanged: this.#changed.size,
      fillsRead: this.#fillsRead,
      fillsApplied: this.#fillsApplied,
      fillsUnmatched: this.recorder.unmatched.size,
      foreignOrders,
      differences,
    };
  }
}
