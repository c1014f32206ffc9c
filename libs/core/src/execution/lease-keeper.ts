import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import type { LeaseFence } from "../store/order-change.ts";

const leaseTtlMs = 10_000;
const renewEveryMs = 3_000;
/** A lease is no longer relied on this long before it ends, for the store's clock is not ours. */
const safetyMs = 2_000;

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
  readonly #onAcquired: (venueAccount: VenueAccount) => Promise<void>;
  readonly #stop = new AbortController();
  #renewing: Promise<void> = Promise.resolve();

  /** `owner` must differ between processes; `onAcquired` hears of each lease that was not this process's before. */
  constructor(
    desk: Desk,
    owner: string,
    wanted: readonly VenueAccount[],
    onAcquired: (venueAccount: VenueAccount) => Promise<void>,
  ) {
    this.#desk = desk;
    this.#owner = owner;
    this.#wanted = wanted;
    this.#onAcquired = onAcquired;
  }

  /** Asks once for every lease, then goes on asking and renewing until stopped. */
  async start(): Promise<void> {
    await this.#acquireAll();
    this.#renewing = this.#renew();
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
      await this.#desk.clock.sleep(renewEveryMs, this.#stop.signal);
      if (!this.#stop.signal.aborted) await this.#acquireAll();
    }
  }

  async #acquireAll(): Promise<void> {
    for (const venueAccount of this.#wanted) {
      try {
        await this.#acquire(venueAccount);
      } catch (error) {
        this.#desk.log.warn({ error, ...venueAccount }, "lease not renewed; trying again");
      }
    }
  }

  async #acquire(venueAccount: VenueAccount): Promise<void> {
    const key = venueAccountKey(venueAccount);
    const askedAtMs = this.#desk.clock.monotonicMs();
    const answer = await this.#desk.store.leases.acquire(venueAccount, this.#owner, leaseTtlMs);
    if (answer.kind === "TAKEN") {
      if (this.#held.delete(key)) this.#desk.log.warn({ ...venueAccount, owner: answer.owner }, "lease lost");
      return;
    }
    const epochBefore = this.#held.get(key)?.epoch;
    // Recovery comes before the first use of the lease, and again if it fails.
    if (epochBefore !== answer.epoch) await this.#onAcquired(venueAccount);
    this.#held.set(key, { venueAccount, epoch: answer.epoch, untilMs: askedAtMs + leaseTtlMs - safetyMs });
  }
}
