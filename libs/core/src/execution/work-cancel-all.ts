import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { orderError } from "../error/order-error.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { Order } from "../order/order.ts";
import type { CancelAllFailure, CancelAllPart, CancelAllProgress, CancelAllTerms } from "../store/cancel-all-store.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { CancelAllTargets } from "./cancel-all-targets.ts";
import { MassCancel } from "./mass-cancel.ts";
import { type OpenOrdersRead, VenueOpenOrders } from "./venue-open-orders.ts";

/** Between looks at our own orders: at first, and at most; it doubles while nothing changes. */
const lookMs = { first: 50, max: 2_000 } as const;
/** Between reads of the venue's list: such a read is dear. */
const readMs = { unclean: 1_000, uncleanMax: 5_000, confirming: 500 } as const;
/** How long our rows may take to end once the venue shows none of them. */
const graceMs = 5_000;
/** After so long the part is given up and what is left is told; wishes to cancel stay in force. */
const workMsMax = 15 * 60_000;
const failuresMax = 100;

/** What working off a part needs beside its terms. */
export interface CancelAllWork {
  /** Sends a cancel that is due. */
  readonly act: (order: Order) => void;
  /** Runs a task while no attempt of the venue account begins. */
  readonly alone: <T>(task: () => Promise<T>) => Promise<T>;
  /** Whether this process still holds the lease of the venue account. */
  readonly isOwner: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * Works off a campaign at one venue account, from wherever an earlier process left it, until its targets are absent in
 * two reads of the venue's open orders in turn, the second one after every attempt in doubt can't be accepted any more;
 * or until another process owns the venue account, which then goes on.
 */
export async function workCancelAll(
  desk: Desk,
  entry: VenueEntry,
  terms: CancelAllTerms,
  venueAccount: VenueAccount,
  work: CancelAllWork,
): Promise<void> {
  const part = new PartInWork(desk, entry, terms, venueAccount, work.signal);
  await part.begin(work);
  await part.save();
  const giveUpMs = desk.clock.monotonicMs() + workMsMax;
  let waitMs: number = lookMs.first;
  let before = part.progressText;
  while (!work.signal.aborted && work.isOwner()) {
    const state = await part.look(work);
    if (state !== "RUNNING" || desk.clock.monotonicMs() >= giveUpMs) {
      await part.end(state === "DONE" ? "DONE" : "INCOMPLETE");
      return;
    }
    await part.save();
    const now = part.progressText;
    waitMs = now === before ? Math.min(waitMs * 2, lookMs.max) : lookMs.first;
    before = now;
    await desk.clock.sleep(Math.min(waitMs, part.readDueMs), work.signal);
  }
}

class PartInWork {
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #terms: CancelAllTerms;
  readonly #venueAccount: VenueAccount;
  readonly #targets: CancelAllTargets;
  readonly #venue: VenueOpenOrders;
  readonly #massCancel: MassCancel;
  #read: OpenOrdersRead = { isClean: false, strays: [], instruments: new Set(), failures: [] };
  #notCancelled: readonly CancelAllFailure[] = [];
  #cleanReads = 0;
  #cleanSinceMs = 0;
  #uncleanReads = 0;
  #nextReadMs = Number.NEGATIVE_INFINITY;
  #openBefore = 0;
  #saved = "";

  constructor(desk: Desk, entry: VenueEntry, terms: CancelAllTerms, venueAccount: VenueAccount, stop: AbortSignal) {
    this.#desk = desk;
    this.#entry = entry;
    this.#terms = terms;
    this.#venueAccount = venueAccount;
    this.#targets = new CancelAllTargets(desk, terms, venueAccount);
    this.#venue = new VenueOpenOrders(desk, entry, terms, venueAccount, stop);
    this.#massCancel = new MassCancel(desk, entry, terms, venueAccount, stop);
  }

  get progressText(): string {
    return JSON.stringify(this.#progress());
  }

  /** How soon the venue's list may be read again. */
  get readDueMs(): number {
    return Math.max(this.#nextReadMs - this.#desk.clock.monotonicMs(), 1);
  }

  async begin(work: CancelAllWork): Promise<void> {
    await this.#venue.resume();
    await this.#targets.find(this.#actAlone(work));
    await this.save();
    // Where nothing can be listed, there may be others' orders too, and nobody will ever know.
    const { togetherAt } = this.#targets;
    const isBlind = !this.#listsOpenOrders;
    if (togetherAt.size > 0 || isBlind) await this.#cancelTogether(togetherAt, work);
    if (isBlind) this.#targets.actOnEach(work.act);
  }

  /** One look at our orders, and one at the venue's list where that is due. */
  async look(work: CancelAllWork): Promise<CancelAllPart["state"]> {
    await this.#targets.refresh(this.#listsOpenOrders ? this.#actAlone(work) : work.act);
    const { open, areDead } = this.#targets;
    if (!this.#listsOpenOrders) {
      if (open.size > 0) return "RUNNING";
      return this.#terms.covers === "OWN_ONLY" ? "DONE" : "INCOMPLETE";
    }
    const nowMs = this.#desk.clock.monotonicMs();
    // Once the last of ours has ended, the list is read without waiting, where it was not clean before.
    const isNews = open.size === 0 && this.#openBefore > 0 && this.#cleanReads === 0;
    this.#openBefore = open.size;
    if (nowMs >= this.#nextReadMs || isNews) {
      const isSettled = areDead && nowMs > this.#massCancel.lateUntilMs;
      this.#read = await this.#venue.read(open);
      this.#count(nowMs, isSettled);
      await this.#cancelListed(work);
    }
    return this.#isProven(nowMs) ? "DONE" : "RUNNING";
  }

  async save(): Promise<void> {
    const text = this.progressText;
    if (text === this.#saved) return;
    await this.#desk.store.cancelAlls.savePart(this.#terms.campaignId, this.#part("RUNNING"));
    this.#saved = text;
  }

  async end(state: "DONE" | "INCOMPLETE"): Promise<void> {
    const unprotected = await this.#targets.unprotected();
    const part = { ...this.#part(state), endedAt: this.#desk.clock.wall() };
    const ended = { ...part, progress: { ...part.progress, unprotected } };
    await this.#desk.store.cancelAlls.savePart(this.#terms.campaignId, ended);
    const fields = { campaign_id: this.#terms.campaignId, ...this.#venueAccount, state };
    if (unprotected.length > 0) this.#desk.log.warn({ ...fields, unprotected }, "positions have lost their stops");
    this.#desk.log.info(fields, "a CancelAll has ended at a venue account");
  }

  get #listsOpenOrders(): boolean {
    return this.#entry.manifest.capabilities.bulkQueries;
  }

  /** How cancels of ours go out one by one; undefined where they go out together. */
  #actAlone({ act }: CancelAllWork): CancelAllWork["act"] | undefined {
    return this.#massCancel.isOffered ? undefined : act;
  }

  /** All at once where that can be, else one by one. */
  async #cancelListed(work: CancelAllWork): Promise<void> {
    const { isClean, strays, instruments, failures } = this.#read;
    const isUnread = failures.length > 0;
    if (isClean) this.#notCancelled = [];
    if (isClean || (isUnread && this.#massCancel.isTaken)) return;
    if (!isUnread) this.#massCancel.leftSomething();
    if (await this.#cancelTogether(isUnread ? this.#targets.togetherAt : instruments, work)) return;
    this.#notCancelled = await this.#venue.cancelEach(strays);
  }

  /** Whether that was done; where it can't be, because others of ours would go too, each goes by itself. */
  async #cancelTogether(instruments: ReadonlySet<InstrumentId>, { act, alone }: CancelAllWork): Promise<boolean> {
    const reports = await alone(async () => {
      const mayBe = this.#massCancel.isOffered && !(await this.#targets.areBesideOthers());
      return mayBe ? this.#massCancel.send(instruments) : undefined;
    });
    if (reports === undefined) {
      this.#targets.actOnEach(act);
      return false;
    }
    this.#notCancelled = this.#massCancel.failures;
    await this.#venue.cancelledToo(await this.#targets.record(reports));
    return true;
  }

  /** Two clean reads in turn count, the second only after the last attempt can't be accepted any more. */
  #count(nowMs: number, isSettled: boolean): void {
    if (!this.#read.isClean) {
      this.#cleanReads = 0;
      this.#nextReadMs = nowMs + Math.min(readMs.unclean * 2 ** this.#uncleanReads, readMs.uncleanMax);
      this.#uncleanReads += 1;
      return;
    }
    this.#uncleanReads = 0;
    this.#nextReadMs = nowMs + readMs.confirming;
    if (this.#cleanReads === 0) {
      this.#cleanReads = 1;
    } else if (this.#cleanReads === 1 && isSettled) {
      this.#cleanReads = 2;
      this.#cleanSinceMs = nowMs;
    }
  }

  #isProven(nowMs: number): boolean {
    if (this.#cleanReads < 2) return false;
    return this.#targets.open.size === 0 || nowMs - this.#cleanSinceMs >= graceMs;
  }

  #part(state: CancelAllPart["state"]): CancelAllPart {
    return { venueAccount: this.#venueAccount, state, progress: this.#progress() };
  }

  #progress(): CancelAllProgress {
    const atVenue = [...this.#read.failures, ...this.#notCancelled, ...this.#unlisted()];
    const failures = [...this.#targets.failures, ...atVenue].slice(0, failuresMax);
    const cleanReads = this.#cleanReads;
    return { ...this.#targets.counts, ...this.#venue.counts, cleanReads, failures, unprotected: [] };
  }

  #unlisted(): readonly CancelAllFailure[] {
    if (this.#listsOpenOrders || this.#terms.covers === "OWN_ONLY") return [];
    const text = `${this.#entry.venueId} can't list its open orders, so nobody knows whether others are open there`;
    return [{ error: orderError("OPEN_ORDERS_UNLISTED", text, { venue: this.#entry.venueId }) }];
  }
}
