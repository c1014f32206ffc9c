import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { reread } from "../desk/record-report.ts";
import { changeOrder } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type { LeaseFence } from "../store/order-change.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { venueAccounts } from "../venue/venue-directory.ts";
import { Lane } from "./lane.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { recover } from "./recover.ts";
import { sendCancel } from "./send-cancel.ts";
import { submit } from "./submit.ts";

/** How often due orders are looked for when nothing wakes the loop. */
const idleMs = 250;
/** Least time between two looks: every commit of every process wakes the loop. */
const pauseMs = 20;
/** After a failed look, so that a lost database is not hammered. */
const afterFailureMs = 1_000;
const dueMax = 500;
/** Cancels of one venue account under way at the same time. */
const cancelConcurrencyMax = 16;

/**
 * Acts on orders: first submissions, retries, cancels, for the venue accounts whose lease this process holds. What is
 * due stands in the order's own row, so a start is a recovery: the loop finds what an earlier process left.
 */
export class Executor {
  readonly #desk: Desk;
  readonly #leases: LeaseKeeper;
  readonly #lanes = new Map<string, { readonly submissions: Lane; readonly cancels: Lane }>();
  /** Orders whose attempt this process is sending, until its answer is recorded. */
  readonly #sending = new Set<OrderId>();
  /** Venue accounts where an order may be SUBMITTED though nobody sends it any more: its answer was not recorded. */
  readonly #orphaned = new Set<string>();
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #changed = false;
  #loop: Promise<void> = Promise.resolve();

  /** `owner` names this process among all that share the database. */
  constructor(desk: Desk, owner: string) {
    this.#desk = desk;
    this.#leases = new LeaseKeeper(desk, owner, venueAccounts(desk.venues), (venueAccount) =>
      this.#recover(venueAccount),
    );
  }

  async start(): Promise<void> {
    await this.#leases.start();
    this.#loop = this.#run();
  }

  /** Acts on an order now, without waiting for the loop to find it. */
  act(order: Order): void {
    const { venue, account } = order.instruction;
    const entry = this.#desk.venues.get(venue);
    const venueAccount = { venue, account };
    if (entry === undefined || this.#stop.signal.aborted || this.#leases.fence(venueAccount) === undefined) return;
    const lanes = this.#lanesOf(venueAccount, entry.concurrencyMax);
    // Cancels never wait behind submissions.
    const lane = order.state === "CANCELLING" ? lanes.cancels : lanes.submissions;
    lane.add(order.orderId, () => this.#actOn(order, venueAccount));
  }

  /** Lets what is under way finish, then gives the leases back. What still waits stays due in the database. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#loop;
    await Promise.all(
      [...this.#lanes.values()].flatMap(({ submissions, cancels }) => [submissions.close(), cancels.close()]),
    );
    await this.#leases.stop();
  }

  #recover(venueAccount: VenueAccount): Promise<void> {
    return recover(this.#desk, venueAccount, ({ orderId }) => this.#sending.has(orderId));
  }

  #lanesOf(venueAccount: VenueAccount, concurrencyMax: number) {
    const key = venueAccountKey(venueAccount);
    const lanes = this.#lanes.get(key) ?? {
      submissions: new Lane(concurrencyMax),
      cancels: new Lane(cancelConcurrencyMax),
    };
    this.#lanes.set(key, lanes);
    return lanes;
  }

  async #actOn(order: Order, venueAccount: VenueAccount): Promise<void> {
    const fence = this.#leases.fence(venueAccount);
    const entry = this.#desk.venues.get(venueAccount.venue);
    if (fence === undefined || entry === undefined) return;
    try {
      let current = order;
      if (current.state === "PENDING" || current.state === "FAILED") {
        current = await this.#submit(entry, current, fence);
      } else if (current.state === "AWAITING_CONFIRMATION") {
        current = await this.#lapse(current);
      }
      // A cancel that was asked for while the order was being sent is due now.
      if (current.state === "CANCELLING") await sendCancel(this.#desk, entry, current);
    } catch (error) {
      // The order's row still says what is due, or that it is SUBMITTED, which the loop then recovers.
      this.#desk.log.error({ error, order_id: order.orderId, venue: venueAccount.venue }, "acting on an order failed");
    }
  }

  async #submit(entry: VenueEntry, order: Order, fence: LeaseFence): Promise<Order> {
    this.#sending.add(order.orderId);
    let isAnswered = false;
    try {
      const current = await submit(this.#desk, entry, order, fence);
      isAnswered = current.state !== "SUBMITTED";
      return current;
    } finally {
      this.#sending.delete(order.orderId);
      if (!isAnswered) this.#orphaned.add(venueAccountKey(fence.venueAccount));
    }
  }

  async #lapse(order: Order): Promise<Order> {
    const after = changeOrder(order, [{ type: "CONFIRMATION_LAPSED" }], this.#desk.clock.wall());
    const result = await commitTransitions(this.#desk, order, after);
    return result.kind === "COMMITTED" ? after.order : reread(this.#desk, order);
  }

  async #run(): Promise<void> {
    const unsubscribe = this.#desk.store.changes.subscribe(() => {
      this.#changed = true;
      this.#wake?.();
    });
    try {
      while (!this.#stop.signal.aborted) {
        const restMs = await this.#actOnDue();
        await this.#rest(restMs);
      }
    } finally {
      unsubscribe();
    }
  }

  async #actOnDue(): Promise<number> {
    try {
      const owned = this.#leases.owned();
      for (const venueAccount of owned) await this.#takeUpOrphans(venueAccount);
      for (const order of await this.#due(owned)) this.act(order);
      return idleMs;
    } catch (error) {
      this.#desk.log.error({ error }, "due orders could not be read; trying again");
      return afterFailureMs;
    }
  }

  async #takeUpOrphans(venueAccount: VenueAccount): Promise<void> {
    if (!this.#orphaned.delete(venueAccountKey(venueAccount))) return;
    try {
      await this.#recover(venueAccount);
    } catch (error) {
      this.#orphaned.add(venueAccountKey(venueAccount));
      throw error;
    }
  }

  /** What is due; one account's backlog hides nothing of another's. */
  async #due(owned: readonly VenueAccount[]): Promise<readonly Order[]> {
    const dueOf = (some: readonly VenueAccount[]) => this.#desk.store.orders.due(some, this.#desk.clock.wall(), dueMax);
    if (owned.length === 0) return [];
    const due = await dueOf(owned);
    if (due.length < dueMax || owned.length === 1) return due;
    return (await Promise.all(owned.map((venueAccount) => dueOf([venueAccount])))).flat();
  }

  async #rest(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#desk.clock.sleep(pauseMs, this.#stop.signal);
    // What was committed since the last look is looked for now.
    if (!this.#changed && !this.#stop.signal.aborted) await this.#desk.clock.sleep(ms, woken.signal);
    this.#changed = false;
    this.#wake = undefined;
  }
}
