import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { compare } from "../money/decimal.ts";
import type { Quantity } from "../money/quantity.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type { LiveOrder } from "../store/live-order.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { Disappearances } from "./disappearances.ts";
import type { LiveOrders } from "./live-orders.ts";
import { askAbout, type LookedUp } from "./look-up.ts";
import { LookupLadder } from "./lookup-ladder.ts";
import type { PassKind } from "./reconciler.ts";
import type { Difference, DifferenceKind } from "./reconciliation.ts";
import { severalAtOnce } from "./several-at-once.ts";

/** Look-ups in one pass; what is not asked about then is at the next one. */
const lookupsMax: Readonly<Record<PassKind, number>> = { POLL: 100, FULL: 1_000 };
/** Look-ups under way at the same time: cancels, which share their reserve of the budget, must not wait behind many. */
const lookupsAtOnce = 8;

/** Asks about single orders that the venue's bulk answers don't settle, several at once, each in intervals that grow. */
export class SuspectLookups {
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #venueAccount: VenueAccount;
  readonly #live: LiveOrders;
  readonly #ladder = new LookupLadder();
  readonly #disappearances = new Disappearances();

  constructor(desk: Desk, entry: VenueEntry, venueAccount: VenueAccount, live: LiveOrders) {
    this.#desk = desk;
    this.#entry = entry;
    this.#venueAccount = venueAccount;
    this.#live = live;
  }

  /** `behind`: those that are open at the venue with more fills than are recorded. */
  async ask(
    orders: readonly LiveOrder[],
    behind: ReadonlySet<OrderId>,
    kind: PassKind,
    signal: AbortSignal,
  ): Promise<{ readonly lookedUp: number; readonly differences: readonly Difference[] }> {
    const isLive = (orderId: OrderId) => this.#live.find(orderId) !== undefined;
    this.#ladder.keepOnly(isLive);
    this.#disappearances.keepOnly(isLive);
    const suspects = await this.#withoutSubmissionsUnderWay(orders);
    const nowMs = this.#desk.clock.monotonicMs();
    const wanted = kind === "FULL" ? suspects : suspects.filter((order) => this.#ladder.isDue(order, nowMs));
    // What is in doubt holds up its order; what is not listed any more has only ended. Who has waited longest comes first.
    const byWaiting = wanted.toSorted((a, b) => this.#ladder.dueMs(a) - this.#ladder.dueMs(b));
    const due = [...byWaiting.filter(isInDoubt), ...byWaiting.filter((order) => !isInDoubt(order))];
    const asked = due.slice(0, lookupsMax[kind]);
    const rows = await this.#desk.store.orders.findMany(asked.map(({ orderId }) => orderId));
    const byId = new Map(rows.map((order) => [order.orderId, order]));
    let lookedUp = 0;
    const lookUpOne = async (order: Order): Promise<readonly Difference[]> => {
      const { orderId } = order;
      if (signal.aborted) return [];
      this.#live.take(order);
      if (isTerminal(order)) return [];
      this.#ladder.lookedUp(order, this.#desk.clock.monotonicMs());
      lookedUp += 1;
      const difference = await this.#differenceOf(order, behind.has(orderId));
      return difference === undefined ? [] : [{ orderId, kind: difference }];
    };
    const known = asked.flatMap(({ orderId }) => byId.get(orderId) ?? []);
    const differences = (await severalAtOnce(known, lookupsAtOnce, lookUpOne)).flat();
    const left = kind === "FULL" ? due.slice(lookupsMax.FULL) : [];
    return {
      lookedUp,
      differences: [...differences, ...left.map(({ orderId }) => ({ orderId, kind: "NOT_LOOKED_UP" }) as const)],
    };
  }

  /** An answer that can't be recorded is this order's trouble alone, unless the store is away: then it is the pass's. */
  async #differenceOf(order: Order, isBehind: boolean): Promise<DifferenceKind | undefined> {
    try {
      const told = await this.#askAbout(order);
      return told && differenceOf(told, isBehind);
    } catch (thrown) {
      if (SurefillError.from(thrown).code === "STORE_UNAVAILABLE") throw thrown;
      this.#desk.log.error(
        { error: thrown, order_id: order.orderId, ...this.#venueAccount },
        "a look-up was not recorded",
      );
      return "NOT_LOOKED_UP";
    }
  }

  /** Asks the venue; what it had and does not find for a while is in doubt. */
  async #askAbout(known: Order): Promise<LookedUp | undefined> {
    const told = await askAbout(this.#desk, this.#entry, known);
    const { clock } = this.#desk;
    const at = { nowMs: clock.monotonicMs(), now: clock.wall() };
    const vanished = told && this.#disappearances.lookedUp(told.order, told.answer, at);
    if (told === undefined || vanished === undefined) return told;
    return { ...told, order: await recordReport(this.#desk, told.order, vanished) };
  }

  /** A SUBMITTED order belongs to the server that holds the lease: it is asked about only once that lease has ended. */
  async #withoutSubmissionsUnderWay(orders: readonly LiveOrder[]): Promise<readonly LiveOrder[]> {
    const sent = orders.filter(({ attempt, state }) => attempt !== undefined && state !== "FAILED");
    if (!sent.some(({ state }) => state === "SUBMITTED")) return sent;
    const held = await this.#desk.store.leases.held([this.#venueAccount]);
    return held.length > 0 ? sent.filter(({ state }) => state !== "SUBMITTED") : sent;
  }
}

function isInDoubt({ state }: LiveOrder): boolean {
  return state === "IN_DOUBT" || state === "SUBMITTED";
}

/** How the order still differs from what the venue said about it. */
function differenceOf({ order, answer }: LookedUp, isBehind: boolean): DifferenceKind | undefined {
  if (isTerminal(order) || order.state === "FAILED") return undefined;
  if (order.state === "IN_DOUBT" || order.state === "SUBMITTED") return "IN_DOUBT";
  if (answer.kind === "UNAVAILABLE") return "NOT_LOOKED_UP";
  if (answer.kind === "NOT_FOUND") return "UNKNOWN_AT_VENUE";
  return isBehind && isStillBehind(order, answer.report.cumQuantity) ? "FILLS_MISSING" : undefined;
}

function isStillBehind({ cumQuantity }: Order, atVenue: Quantity | undefined): boolean {
  return atVenue !== undefined && compare(atVenue, cumQuantity) > 0;
}
