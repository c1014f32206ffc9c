import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import { changeOrder } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import { reread } from "../tracking/record-report.ts";
import { venueAccounts } from "../venue/venue-directory.ts";
import { commitTransitions } from "./commit-transitions.ts";
import type { Desk } from "./desk.ts";
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

/**
 * Acts on orders: first submissions, retries, cancels, for the venue accounts whose lease this process holds. What is
 * due stands in the order's own row, so a start is a recovery: the loop finds what an earlier process left.
 */
export class Executor {
  readonly #desk: Desk;
  readonly #leases: LeaseKeeper;
  readonly #lanes = new Map<string, { readonly submissions: Lane; readonly cancels: Lane }>();
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();

  /** `owner` names this process among all that share the database. */
  constructor(desk: Desk, owner: string) {
    this.#desk = desk;
    this.#leases = new LeaseKeeper(desk, owner, venueAccounts(desk.venues), (venueAccount) =>
      recover(desk, venueAccount, (order) => this.#isUnderWay(venueAccount, order)),
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

  #isUnderWay(venueAccount: VenueAccount, { orderId }: Order): boolean {
    return this.#lanes.get(venueAccountKey(venueAccount))?.submissions.has(orderId) ?? false;
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
        current = await submit(this.#desk, entry, current, fence);
      } else if (current.state === "AWAITING_CONFIRMATION") {
        current = await this.#lapse(current);
      }
      // A cancel that was asked for while the order was being sent is due now.
      if (current.state === "CANCELLING") await sendCancel(this.#desk, entry, current);
    } catch (error) {
      // The order's row still says what is due, or that the attempt awaits its answer: the loop or the tracker goes on.
      this.#desk.log.error({ error, order_id: order.orderId, venue: venueAccount.venue }, "acting on an order failed");
    }
  }

  async #lapse(order: Order): Promise<Order> {
    const after = changeOrder(order, [{ type: "CONFIRMATION_LAPSED" }], this.#desk.clock.wall());
    const result = await commitTransitions(this.#desk, order, after);
    return result.kind === "COMMITTED" ? after.order : reread(this.#desk, order);
  }

  async #run(): Promise<void> {
    const unsubscribe = this.#desk.store.changes.subscribe(() => this.#wake?.());
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
      if (owned.length > 0) {
        const due = await this.#desk.store.orders.due(owned, this.#desk.clock.wall(), dueMax);
        for (const order of due) this.act(order);
      }
      return idleMs;
    } catch (error) {
      this.#desk.log.error({ error }, "due orders could not be read; trying again");
      return afterFailureMs;
    }
  }

  async #rest(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await this.#desk.clock.sleep(pauseMs, this.#stop.signal);
    if (!this.#stop.signal.aborted) await this.#desk.clock.sleep(ms, woken.signal);
    this.#wake = undefined;
  }
}

/** Cancels of one venue account under way at the same time. */
const cancelConcurrencyMax = 16;
