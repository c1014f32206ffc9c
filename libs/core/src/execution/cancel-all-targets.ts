import { covers } from "../account/trading-state.ts";
import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { attemptOf, isFateOpen, isTerminal, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type {
  CancelAllFailure,
  CancelAllPartKey,
  CancelAllTarget,
  CancelAllTerms,
  UnprotectedPosition,
} from "../store/cancel-all-store.ts";
import type { OrderPosition } from "../store/order-store.ts";
import type { PositionKey } from "../store/position-store.ts";
import { addMs } from "../time/wall-time.ts";
import { requestCancel } from "./request-cancel.ts";

const pageMax = 500;
const readMax = 1_000;
const liveStopsMax = 1_000;
/** Before a venue that refused a cancel is asked once more. */
const askAgainMs = 5_000;
/** When a cancel that goes out with all others is due by itself: their request has had its answer by then, and its effect. */
const aloneAfterMs = 15_000;
/** How far a venue's clock may be behind ours. */
const venueClockBehindMsMax = 1_000;
/** Longer than any venue takes a request for after it was prepared. */
const requestMsMax = 120_000;

/**
 * Whether a campaign is to cancel an order of ours that was not there when it began: nothing that was asked for later is
 * meant, but a new exposure that slipped in beside the halt.
 */
function isLateTarget({ halts, scope }: CancelAllTerms, { instruction }: Order): boolean {
  return halts && instruction.purpose === "ENTRY" && covers(scope, instruction);
}

/** Our orders that one part of a campaign is to cancel: those that were live as it began, until the last has ended. */
export class CancelAllTargets {
  readonly #desk: Desk;
  readonly #terms: CancelAllTerms;
  readonly #part: CancelAllPartKey;
  readonly #open = new Map<OrderId, Order>();
  readonly #failures = new Map<OrderId, CancelAllFailure>();
  readonly #stops = new Map<string, PositionKey>();
  /** Orders whose cancel goes out with all others. */
  readonly #together = new Set<OrderId>();
  #count = 0;
  #unasked = 0;
  #askAgainAtMs: number;
  /** When each that has not ended was first seen, monotonic: it was prepared before, or after we asked it to be cancelled. */
  readonly #seenMs = new Map<OrderId, number>();

  constructor(desk: Desk, terms: CancelAllTerms, venueAccount: VenueAccount) {
    this.#desk = desk;
    this.#terms = terms;
    this.#part = { campaignId: terms.campaignId, venueAccount };
    this.#askAgainAtMs = desk.clock.monotonicMs() + askAgainMs;
  }

  get counts() {
    const targets = this.#count;
    return { targets, requested: targets - this.#unasked, closed: targets - this.#open.size };
  }

  /** Orders of the campaign that have not ended, as they were read last. */
  get open(): ReadonlyMap<OrderId, Order> {
    return this.#open;
  }

  get failures(): readonly CancelAllFailure[] {
    return [...this.#failures.values()];
  }

  /**
   * Whether no attempt of an open order whose fate is open can be accepted any more: its valid_until has passed by our
   * clock, and, for that may be ahead, longer than any request lasts since we first saw it. What ends it sooner is the
   * venue's own word, which a look-up brings.
   */
  get areDead(): boolean {
    const { clock } = this.#desk;
    return [...this.#open.values()].every((order) => {
      const validUntil = attemptOf(order)?.validUntil;
      if (!isFateOpen(order)) return true;
      if (validUntil === undefined || clock.wall() <= addMs(validUntil, venueClockBehindMsMax)) return false;
      return clock.monotonicMs() > (this.#seenMs.get(order.orderId) ?? clock.monotonicMs()) + requestMsMax;
    });
  }

  /** Where orders are open whose cancel goes out with all others. */
  get togetherAt(): ReadonlySet<InstrumentId> {
    const open = [...this.#together].flatMap((orderId) => this.#open.get(orderId) ?? []);
    return new Set(open.map(({ instruction }) => instruction.instrument));
  }

  /**
   * Takes up the campaign's targets; where it halts, also what slipped in beside the halt. Asks each to be cancelled.
   * `act` sends a cancel; without it, cancels are to go out together.
   */
  async find(act?: (order: Order) => void): Promise<void> {
    await this.#resume();
    await this.#ask([...this.#open.values()].filter(isUnasked), act);
    if (this.#terms.halts) await this.#findLate(act);
  }

  async #findLate(act?: (order: Order) => void): Promise<void> {
    let after: OrderPosition | undefined;
    for (;;) {
      const page: readonly Order[] = await this.#desk.store.orders.live(this.#part.venueAccount, pageMax, after);
      const found = page.filter((order) => isLateTarget(this.#terms, order) && !this.#open.has(order.orderId));
      const targets = found.map(({ orderId }): CancelAllTarget => ({ kind: "OWN", orderId }));
      if (targets.length > 0) await this.#desk.store.cancelAlls.addTargets(this.#part, targets);
      this.#count += found.length;
      for (const order of found) this.#take(order);
      after = page.at(-1);
      await this.#ask(found, act);
      if (page.length < pageMax) return;
    }
  }

  /** Reads the open ones again, and asks again for those whose cancel the venue refused or that could not be asked. */
  async refresh(act?: (order: Order) => void): Promise<void> {
    const ids = [...this.#open.keys()];
    for (let from = 0; from < ids.length; from += readMax) {
      for (const order of await this.#desk.store.orders.findMany(ids.slice(from, from + readMax))) this.#take(order);
    }
    const nowMs = this.#desk.clock.monotonicMs();
    const asksAgain = nowMs >= this.#askAgainAtMs;
    if (asksAgain) this.#askAgainAtMs = nowMs + askAgainMs;
    this.#unasked = 0;
    const isDue = (order: Order) => isUnasked(order) || (asksAgain && isAtVenue(order));
    await this.#ask([...this.#open.values()].filter(isDue), act);
  }

  /** Sends each of the cancels that were to go out together. */
  actOnEach(act: (order: Order) => void): void {
    for (const orderId of this.#together) {
      const order = this.#open.get(orderId);
      if (order?.state === "CANCELLING") act(order);
    }
    this.#together.clear();
  }

  /** Whether orders of ours are live that a request for all would cancel and this campaign is not to. */
  async areBesideOthers(): Promise<boolean> {
    const { instrument } = this.#terms.scope;
    let after: OrderPosition | undefined;
    for (;;) {
      const page: readonly Order[] = await this.#desk.store.orders.live(this.#part.venueAccount, pageMax, after);
      const isOther = (order: Order) =>
        !this.#open.has(order.orderId) && (instrument === undefined || order.instruction.instrument === instrument);
      if (page.some(isOther)) return true;
      after = page.at(-1);
      if (page.length < pageMax) return false;
    }
  }

  /**
   * Records what the venue told of orders that it cancelled, and gives back what is of none of the campaign's. The
   * tracker finds what could not be recorded.
   */
  async record(reports: readonly ExecutionReport[]): Promise<readonly ExecutionReport[]> {
    const byKey = new Map([...this.#open.values()].map((order) => [attemptOf(order)?.submitKey, order]));
    const recordOne = async (report: ExecutionReport) => {
      const order = byKey.get(report.submitKey);
      if (order === undefined) return;
      try {
        this.#take(await recordReport(this.#desk, order, report));
      } catch (thrown) {
        this.#desk.log.error({ error: thrown, order_id: order.orderId }, "the end of an order could not be recorded");
      }
    };
    for (let from = 0; from < reports.length; from += pageMax) {
      await Promise.all(reports.slice(from, from + pageMax).map(recordOne));
    }
    return reports.filter(({ submitKey }) => !byKey.has(submitKey));
  }

  /** Positions that are held, whose stop this campaign cancelled and that no other live order protects. */
  async unprotected(): Promise<readonly UnprotectedPosition[]> {
    const { positions } = this.#desk.store;
    const found: UnprotectedPosition[] = [];
    for (const key of this.#stops.values()) {
      const position = await positions.find(key);
      if (position === undefined || position.quantity === "0") continue;
      const live = await positions.liveOrders(key, liveStopsMax);
      if (live.some(({ instruction }) => instruction.purpose === "STOP")) continue;
      const { instrument, positionId } = key;
      found.push({ instrument, positionId, quantity: position.quantity });
    }
    return found;
  }

  async #resume(): Promise<void> {
    let after: Extract<CancelAllTarget, { kind: "OWN" }> | undefined;
    for (;;) {
      const page = await this.#desk.store.cancelAlls.targets(this.#part, "OWN", readMax, after);
      this.#count += page.length;
      if (page.length > 0) {
        const orders = await this.#desk.store.orders.findMany(page.map(({ orderId }) => orderId));
        for (const order of orders) this.#take(order);
      }
      after = page.at(-1);
      if (page.length < readMax) return;
    }
  }

  async #ask(orders: readonly Order[], act?: (order: Order) => void): Promise<void> {
    for (let from = 0; from < orders.length; from += pageMax) {
      await Promise.all(orders.slice(from, from + pageMax).map((order) => this.#askOne(order, act)));
    }
  }

  /** One order that can't be asked to be cancelled must not keep the others from it. */
  async #askOne(order: Order, act?: (order: Order) => void): Promise<void> {
    const alone = act === undefined ? { alone: addMs(this.#desk.clock.wall(), aloneAfterMs) } : {};
    try {
      const asked = await requestCancel(this.#desk, order, this.#terms.reason, alone);
      this.#take(asked);
      if (asked.state !== "CANCELLING") return;
      if (act === undefined) this.#together.add(asked.orderId);
      else act(asked);
    } catch (thrown) {
      const error = SurefillError.from(thrown);
      this.#unasked += 1;
      this.#failures.set(order.orderId, { orderId: order.orderId, error: error.toOrderError() });
      this.#desk.log.error({ error: thrown, order_id: order.orderId }, "a cancel could not be requested");
    }
  }

  #take(order: Order): void {
    const { instruction, orderId, positionId } = order;
    const { venue, account, instrument } = instruction;
    if (instruction.purpose === "STOP") {
      this.#stops.set(`${instrument}/${positionId}`, { venue, account, instrument, positionId });
    }
    this.#failures.delete(orderId);
    if (isTerminal(order)) {
      this.#open.delete(orderId);
      this.#seenMs.delete(orderId);
      return;
    }
    this.#open.set(orderId, order);
    if (!this.#seenMs.has(orderId)) this.#seenMs.set(orderId, this.#desk.clock.monotonicMs());
    if (isRefused(order)) this.#failures.set(orderId, { orderId, error: order.lastError });
  }
}

function isUnasked({ cancelRequest }: Order): boolean {
  return cancelRequest === undefined;
}

function isAtVenue({ state }: Order): boolean {
  return state === "CONFIRMING" || state === "PARTIALLY_FILLED";
}

/** Whether the venue has it still, though it was asked to cancel it. */
function isRefused(order: Order): order is Order & { readonly lastError: NonNullable<Order["lastError"]> } {
  return isAtVenue(order) && order.cancelRequest !== undefined && order.lastError !== undefined;
}
