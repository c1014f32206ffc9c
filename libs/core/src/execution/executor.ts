import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { reread } from "../desk/record-report.ts";
import { Setbacks } from "../desk/setbacks.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { AttemptPermit } from "../gate/attempt-permit.ts";
import { changeOrder } from "../order/change-order.ts";
import { isOverdue } from "../order/deadline.ts";
import { isReducing } from "../order/instruction.ts";
import type { Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import { surplusDueAt } from "../order/surplus-attempt.ts";
import type { LeaseFence } from "../store/order-change.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { venueAccounts } from "../venue/venue-directory.ts";
import { CancelAllWorkers } from "./cancel-all-workers.ts";
import { cancelSurplus } from "./cancel-surplus.ts";
import { Lane } from "./lane.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { passDeadline } from "./pass-deadline.ts";
import { recover } from "./recover.ts";
import { RowsFromAhead } from "./rows-from-ahead.ts";
import { sendCancel } from "./send-cancel.ts";
import { submit } from "./submit.ts";
import { Turns } from "./turns.ts";

/** How often due orders are looked for when nothing wakes the loop. */
const idleMs = 250;
/** Least time between two looks: every commit of every process wakes the loop. */
const pauseMs = 20;
/** After a failed look, so that a lost database is not hammered. */
const afterFailureMs = 1_000;
const dueMax = 500;
/** Cancels of one venue account under way at the same time. */
const cancelConcurrencyMax = 16;
/** Orders of one venue account that reduce a position, being submitted at the same time. */
const reductionConcurrencyMax = 100;
/** Changes of orders that ask nothing of the venue, under way at the same time. */
const upkeepConcurrencyMax = 16;

/** What may wait for each other: nothing that ends or lessens an exposure stands behind a new one. */
type Work = "SUBMISSION" | "REDUCTION" | "CANCEL" | "UPKEEP";

/**
 * Acts on orders: first submissions, retries, cancels, for the venue accounts whose lease this process holds. What is
 * due stands in the order's own row, so a start is a recovery: the loop finds what an earlier process left.
 */
export class Executor {
  readonly #desk: Desk;
  readonly #leases: LeaseKeeper;
  readonly #lanes = new Map<string, Readonly<Record<Work, Lane>>>();
  /** Orders whose attempt this process is sending, until its answer is recorded. */
  readonly #sending = new Set<OrderId>();
  /** Venue accounts where an order may be SUBMITTED though nobody sends it any more: its answer was not recorded. */
  readonly #orphaned = new Set<string>();
  readonly #turns = new Turns();
  readonly #setbacks = new Setbacks();
  readonly #ahead: RowsFromAhead;
  readonly #cancelAlls: CancelAllWorkers;
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  #changed = false;
  #loop: Promise<void> = Promise.resolve();

  /** `owner` names this process among all that share the database; its leases last `leaseTtlMs` unless renewed. */
  constructor(desk: Desk, owner: string, leaseTtlMs?: number) {
    this.#desk = desk;
    this.#ahead = new RowsFromAhead(desk);
    const recover = (venueAccount: VenueAccount) => this.#recover(venueAccount);
    this.#cancelAlls = new CancelAllWorkers(
      desk,
      (order) => this.act(order),
      (venueAccount) => this.#leases.fence(venueAccount) !== undefined,
    );
    this.#leases = new LeaseKeeper(desk, owner, venueAccounts(desk.venues), recover, leaseTtlMs);
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
    if (this.#setbacks.holds(order, this.#desk.clock.monotonicMs())) return;
    const lanes = this.#lanesOf(venueAccount, entry.concurrencyMax);
    lanes[this.#workOn(order)].add(order.orderId, () => this.#actOn(entry, order, venueAccount));
  }

  /** Works off CancelAll campaigns now, without waiting for the loop to find them. */
  async takeUpCancelAlls(): Promise<void> {
    await this.#cancelAlls.takeUp(this.#leases.owned(), true);
  }

  /** Lets what is under way finish, then gives the leases back. What still waits stays due in the database. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#loop;
    await this.#cancelAlls.stop();
    await Promise.all([...this.#lanes.values()].flatMap((lanes) => Object.values(lanes).map((lane) => lane.close())));
    await this.#leases.stop();
  }

  #recover(venueAccount: VenueAccount): Promise<void> {
    return recover(this.#desk, venueAccount, ({ orderId }) => this.#sending.has(orderId));
  }

  #lanesOf(venueAccount: VenueAccount, concurrencyMax: number) {
    const key = venueAccountKey(venueAccount);
    const lanes = this.#lanes.get(key) ?? {
      SUBMISSION: new Lane(concurrencyMax),
      REDUCTION: new Lane(reductionConcurrencyMax),
      CANCEL: new Lane(cancelConcurrencyMax),
      UPKEEP: new Lane(upkeepConcurrencyMax),
    };
    this.#lanes.set(key, lanes);
    return lanes;
  }

  async #actOn(entry: VenueEntry, order: Order, venueAccount: VenueAccount): Promise<void> {
    // It may have waited for its lane for longer than the lease lasted.
    if (this.#leases.fence(venueAccount) === undefined) return;
    try {
      if (this.#isSurplusDue(order)) await cancelSurplus(this.#desk, entry, order, this.#ahead.isSurplusDue(order));
      else if (order.state === "CANCELLING") await sendCancel(this.#desk, entry, order);
      else if (order.state === "AWAITING_CONFIRMATION") await this.#lapse(order);
      else if (isOverdue(order, this.#desk.clock.wall())) await this.#passDeadline(order);
      else if (this.#isAttemptDue(order)) await this.#attempt(entry, order, venueAccount);
    } catch (error) {
      // The order's row still says what is due, or that it is SUBMITTED, which the loop then recovers.
      if (!isStoreAway(error)) this.#setbacks.add(order, this.#desk.clock.monotonicMs());
      this.#desk.log.error({ error, order_id: order.orderId, venue: venueAccount.venue }, "acting on an order failed");
    }
  }

  /** One attempt, once the venue's gate lets it through. Until then the order stays due, and no attempt is used up. */
  async #attempt(entry: VenueEntry, order: Order, venueAccount: VenueAccount): Promise<void> {
    await this.#cancelAlls.pass(venueAccount);
    const needs = { isReducing: isReducing(order.instruction) };
    const permit = await entry.gate?.admit(venueAccount.account, needs, this.#stop.signal);
    if (entry.gate !== undefined && permit === undefined) return;
    try {
      const current = permit?.hasWaited === true ? await reread(this.#desk, order) : order;
      const fence = this.#leases.fence(venueAccount);
      if (fence === undefined || !this.#isAttemptDue(current)) return;
      const after = await this.#submit(entry, current, fence, permit);
      // A cancel that was asked for while the order was being sent is due now.
      if (after.state === "CANCELLING") this.act(after);
    } finally {
      permit?.end();
    }
  }

  /** No attempt follows while another one of the order may be alive. */
  #isAttemptDue(order: Order): boolean {
    if (surplusDueAt(order) !== undefined) return false;
    if (isOverdue(order, this.#desk.clock.wall())) return false;
    if (order.state === "PENDING") return true;
    if (order.state !== "FAILED" || order.retryAt === undefined) return false;
    return order.retryAt <= this.#desk.clock.wall() || this.#ahead.isDue(order);
  }

  async #submit(entry: VenueEntry, order: Order, fence: LeaseFence, permit?: AttemptPermit): Promise<Order> {
    this.#sending.add(order.orderId);
    let isAnswered = false;
    try {
      const current = await submit(this.#desk, entry, order, fence, this.#turns, permit);
      isAnswered = current.state !== "SUBMITTED";
      return current;
    } finally {
      this.#sending.delete(order.orderId);
      if (!isAnswered) this.#orphaned.add(venueAccountKey(fence.venueAccount));
    }
  }

  async #passDeadline(order: Order): Promise<void> {
    const after = await passDeadline(this.#desk, order);
    if (after.state === "CANCELLING") this.act(after);
  }

  #isSurplusDue(order: Order): boolean {
    const dueAt = surplusDueAt(order);
    if (dueAt === undefined) return false;
    return dueAt <= this.#desk.clock.wall() || this.#ahead.isSurplusDue(order);
  }

  #workOn(order: Order): Work {
    if (order.state === "CANCELLING" || this.#isSurplusDue(order)) return "CANCEL";
    if (order.state === "AWAITING_CONFIRMATION" || isOverdue(order, this.#desk.clock.wall())) return "UPKEEP";
    return isReducing(order.instruction) ? "REDUCTION" : "SUBMISSION";
  }

  /** A race that is lost is left to whoever won it: what is due then stands in the order's row. */
  async #lapse(order: Order): Promise<void> {
    const after = changeOrder(order, [{ type: "CONFIRMATION_LAPSED" }], this.#desk.clock.wall());
    await commitTransitions(this.#desk, order, after);
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
      for (const order of await this.#ahead.due(owned)) this.act(order);
      await this.#cancelAlls.takeUp(owned);
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
    const { orders } = this.#desk.store;
    const now = this.#desk.clock.wall();
    if (owned.length === 0) return [];
    // First, so that an order which is due for both is taken up for its surplus attempt.
    const [surplus, due] = await Promise.all([orders.surplusDue(owned, now, dueMax), orders.due(owned, now, dueMax)]);
    if (due.length < dueMax || owned.length === 1) return [...surplus, ...due];
    const each = await Promise.all(owned.map((venueAccount) => orders.due([venueAccount], now, dueMax)));
    return [...surplus, ...each.flat()];
  }

  async #rest(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort("woken");
    await this.#desk.clock.sleep(pauseMs, this.#stop.signal);
    // What was committed since the last look is looked for now.
    if (!this.#changed && !this.#stop.signal.aborted) await this.#desk.clock.sleep(ms, woken.signal);
    this.#changed = false;
    this.#wake = undefined;
  }
}

/** Whether nothing can be written or read for now: then it is not this order's fault. */
function isStoreAway(thrown: unknown): boolean {
  return SurefillError.from(thrown).code === "STORE_UNAVAILABLE";
}
