import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { LeaseFence } from "../store/order-change.ts";

/** How long a lease lasts unless it is renewed, where nothing else is said. */
export const defaultLeaseTtlMs = 10_000;
/** Shares of a lease's time: asked for anew after the one, no longer relied on for the other, whatever our clock says. */
const renewShare = 0.3;
const safetyShare = 0.2;

interface HeldLease {
  readonly venueAccount: VenueAccount;
  readonly epoch: number;
  /** Monotonic. */
  readonly untilMs: number;
}

/** Takes and renews the leases of venue accounts, so that this process alone submits for them. */
export class LeaseKeeper {
  readonly #desk: Desk;
  readonly #owner: string;
  readonly #wanted: readonly VenueAccount[];
  readonly #held = new Map<string, HeldLease>();
  readonly #acquiring = new Map<string, Promise<void>>();
  readonly #onAcquired: (venueAccount: VenueAccount) => Promise<void>;
  readonly #ttlMs: number;
  readonly #stop = new AbortController();
  #renewing: Promise<void> = Promise.resolve();

  /**
   * `owner` must differ between processes; `onAcquired` hears of each lease that was not this process's before. After
   * `ttlMs` without a renewal another process takes over.
   */
  constructor(
    desk: Desk,
    owner: string,
    wanted: readonly VenueAccount[],
    onAcquired: (venueAccount: VenueAccount) => Promise<void>,
    ttlMs: number = defaultLeaseTtlMs,
  ) {
    this.#desk = desk;
    this.#owner = owner;
    this.#wanted = wanted;
    this.#onAcquired = onAcquired;
    this.#ttlMs = ttlMs;
  }

  /** Asks once for every lease, then goes on asking and renewing until stopped. */
  async start(): Promise<void> {
    const asked = this.#acquireAll();
    this.#renewing = this.#renew();
    await asked;
  }

  /** Proof of ownership for a transition, or undefined where another process owns the venue account. */
  fence(venueAccount: VenueAccount): LeaseFence | undefined {
    const lease = this.#held.get(venueAccountKey(venueAccount));
    if (lease === undefined || this.#desk.clock.monotonicMs() >= lease.untilMs) return undefined;
    return { venueAccount: lease.venueAccount, epoch: lease.epoch };
  }

  /** The venue accounts owned now. */
  owned(): readonly VenueAccount[] {
    return this.#wanted.filter((venueAccount) => this.fence(venueAccount) !== undefined);
  }

  /** Gives the leases back, so that another process need not wait for them to end. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#renewing;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { venueAccount } of held) {
      try {
        await this.#desk.store.leases.release(venueAccount, this.#owner);
      } catch (error) {
        this.#desk.log.warn({ error, ...venueAccount }, "lease not given back; it ends by itself");
      }
    }
  }

  async #renew(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#desk.clock.sleep(this.#ttlMs * renewShare, this.#stop.signal);
      if (!this.#stop.signal.aborted) void this.#acquireAll();
    }
    await Promise.all(this.#acquiring.values());
  }

  /** Each on its own: one account's recovery must not let the leases of the others end. */
  async #acquireAll(): Promise<void> {
    await Promise.all(this.#wanted.map((venueAccount) => this.#acquireOnce(venueAccount)));
  }

  /** Joins the call that is under way for the venue account, if there is one. */
  #acquireOnce(venueAccount: VenueAccount): Promise<void> {
    const key = venueAccountKey(venueAccount);
    const underWay = this.#acquiring.get(key);
    if (underWay !== undefined) return underWay;
    const call = this.#acquire(venueAccount)
      .catch((error) => this.#desk.log.warn({ error, ...venueAccount }, "lease not renewed; trying again"))
      .finally(() => this.#acquiring.delete(key));
    this.#acquiring.set(key, call);
    return call;
  }

  async #acquire(venueAccount: VenueAccount): Promise<void> {
    const key = venueAccountKey(venueAccount);
    const askedAtMs = this.#desk.clock.monotonicMs();
    const answer = await this.#desk.store.leases.acquire(venueAccount, this.#owner, this.#ttlMs);
    if (answer.kind === "TAKEN") {
      if (this.#held.delete(key)) this.#desk.log.warn({ ...venueAccount, owner: answer.owner }, "lease lost");
      return;
    }
    const epochBefore = this.#held.get(key)?.epoch;
    // Recovery comes before the first use of the lease, and again if it fails.
    if (epochBefore !== answer.epoch) await this.#onAcquired(venueAccount);
    const untilMs = askedAtMs + this.#ttlMs * (1 - safetyShare);
    this.#held.set(key, { venueAccount, epoch: answer.epoch, untilMs });
  }
}
