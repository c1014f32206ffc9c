import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { Order } from "../order/order.ts";
import type { CancelAllTerms } from "../store/cancel-all-store.ts";
import { partAt } from "../store/cancel-all-store.ts";
import { Turns } from "./turns.ts";
import { workCancelAll } from "./work-cancel-all.ts";

/** Campaigns that are worked off at the same time; more of them wait in the database. */
const campaignsMax = 100;
/** Least time between two looks for campaigns that nobody told of. */
const lookEveryMs = 250;

/** Works off the CancelAll campaigns of the venue accounts that this process owns. */
export class CancelAllWorkers {
  readonly #desk: Desk;
  readonly #act: (order: Order) => void;
  readonly #isOwner: (venueAccount: VenueAccount) => boolean;
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  /** Of each venue account: requests that cancel all there, and attempts that wait for them. */
  readonly #turns = new Turns();
  #nextLookMs = Number.NEGATIVE_INFINITY;

  constructor(desk: Desk, act: (order: Order) => void, isOwner: (venueAccount: VenueAccount) => boolean) {
    this.#desk = desk;
    this.#act = act;
    this.#isOwner = isOwner;
  }

  /** Starts what is to be done and not under way here; `isKnown`: that there is something, so it is looked for now. */
  async takeUp(owned: readonly VenueAccount[], isKnown = false): Promise<void> {
    const nowMs = this.#desk.clock.monotonicMs();
    if (this.#stop.signal.aborted || owned.length === 0 || (!isKnown && nowMs < this.#nextLookMs)) return;
    this.#nextLookMs = nowMs + lookEveryMs;
    for (const campaign of await this.#desk.store.cancelAlls.running(owned, campaignsMax)) {
      for (const venueAccount of owned) {
        if (partAt(campaign, venueAccount)?.state === "RUNNING") this.#start(campaign, venueAccount);
      }
    }
  }

  /** Waits while a request that cancels all at the venue account is under way: an attempt that begins then could go with it. */
  async pass(venueAccount: VenueAccount): Promise<void> {
    await this.#turns.take(venueAccountKey(venueAccount), async () => {});
  }

  /** What is under way stays in the database, for the next owner. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  #start(terms: CancelAllTerms, venueAccount: VenueAccount): void {
    const key = `${terms.campaignId}/${venueAccountKey(venueAccount)}`;
    const entry = this.#desk.venues.get(venueAccount.venue);
    if (entry === undefined || this.#running.has(key) || this.#stop.signal.aborted) return;
    const isOwner = () => this.#isOwner(venueAccount);
    const work = workCancelAll(this.#desk, entry, terms, venueAccount, {
      act: this.#act,
      alone: (task) => this.#turns.take(venueAccountKey(venueAccount), task),
      isOwner,
      signal: this.#stop.signal,
    })
      .catch((error: unknown) => {
        // The next look takes it up again.
        this.#desk.log.error(
          { error, campaign_id: terms.campaignId, ...venueAccount },
          "working off a CancelAll failed",
        );
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, work);
  }
}
