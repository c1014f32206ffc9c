import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { compare } from "../money/decimal.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { attemptOf, isTerminal, type Order } from "../order/order.ts";
import type { OrderId, SubmitKey } from "../order/order-id.ts";
import { surplusOf } from "../order/surplus-attempt.ts";
import type { LiveOrder } from "../store/live-order.ts";
import type { WallTime } from "../time/wall-time.ts";
import { ListedAfterEnd } from "./listed-after-end.ts";
import type { LiveOrders } from "./live-orders.ts";
import type { PassKind } from "./reconciler.ts";
import type { Difference, ForeignOrder } from "./reconciliation.ts";
import type { ReportRecorder } from "./report-recorder.ts";

const rowsMax = 1_000;
/** Open orders outside the index that are looked for in the store in one pass, and of these, at the same time. */
const strangersMax: Readonly<Record<PassKind, number>> = { POLL: 500, FULL: 100_000 };
const strangersAtOnce = 50;
/** Keys of open orders that are known not to be ours. */
const foreignMax = 10_000;

/** What holding the venue's open orders against ours came to. */
export interface Compared {
  /** The keys of the orders that the venue lists as open. */
  readonly listed: ReadonlySet<SubmitKey>;
  /** Live orders with an attempt that were held against the list. */
  readonly count: number;
  /** Orders of which the venue counts more as filled than is recorded. */
  readonly behind: ReadonlySet<OrderId>;
  readonly foreignOrders: readonly ForeignOrder[];
  readonly differences: readonly Difference[];
}

/** Holds a venue's list of open orders against ours; adopts what was in doubt, and reports what is not ours. */
export class OpenOrderComparison {
  readonly #desk: Desk;
  readonly #venueAccount: VenueAccount;
  readonly #live: LiveOrders;
  readonly #recorder: ReportRecorder;
  readonly #listedAfterEnd: ListedAfterEnd;
  readonly #foreign = new Set<SubmitKey>();

  constructor(desk: Desk, venueAccount: VenueAccount, live: LiveOrders, recorder: ReportRecorder) {
    this.#desk = desk;
    this.#venueAccount = venueAccount;
    this.#live = live;
    this.#recorder = recorder;
    this.#listedAfterEnd = new ListedAfterEnd(desk);
  }

  /** `askedAt`: by our clock, before the venue was asked. */
  async compare(open: readonly ExecutionReport[], askedAt: WallTime, kind: PassKind): Promise<Compared> {
    const count = [...this.#live.all()].filter(({ attempt }) => attempt !== undefined).length;
    const strangers: ExecutionReport[] = [];
    const found: { readonly orderId: OrderId; readonly report: ExecutionReport }[] = [];
    const behind = new Set<OrderId>();
    for (const report of open) {
      const live = this.#live.ofSubmitKey(report.submitKey);
      if (live === undefined) strangers.push(report);
      else if (isNews(live)) found.push({ orderId: live.orderId, report });
      else if (isBehind(live, report)) behind.add(live.orderId);
    }
    await this.#adopt(found);
    this.#listedAfterEnd.begin();
    const { foreignOrders, differences } = await this.#identify(strangers, askedAt, strangersMax[kind]);
    return { listed: new Set(open.map(({ submitKey }) => submitKey)), count, behind, foreignOrders, differences };
  }

  async #adopt(found: readonly { readonly orderId: OrderId; readonly report: ExecutionReport }[]): Promise<void> {
    for (let from = 0; from < found.length; from += rowsMax) {
      const part = found.slice(from, from + rowsMax);
      const orders = await this.#desk.store.orders.findMany(part.map(({ orderId }) => orderId));
      const byId = new Map(orders.map((order) => [order.orderId, order]));
      await this.#recorder.recordAll(
        part.flatMap(({ orderId, report }) => {
          const order = byId.get(orderId);
          return order === undefined ? [] : [{ order, report }];
        }),
      );
    }
  }

  /** Open orders of which the index knows nothing: not in it yet, of an ended order or an earlier attempt, or foreign. */
  async #identify(strangers: readonly ExecutionReport[], askedAt: WallTime, countMax: number) {
    const foreign = strangers.filter(({ submitKey }) => this.#foreign.has(submitKey));
    const unknown = strangers.filter(({ submitKey }) => !this.#foreign.has(submitKey)).slice(0, countMax);
    const differences: Difference[] = [];
    for (let from = 0; from < unknown.length; from += strangersAtOnce) {
      const part = unknown.slice(from, from + strangersAtOnce);
      await Promise.all(
        part.map(async (report) => {
          const order = await this.#desk.store.orders.findBySubmitKey(this.#venueAccount.venue, report.submitKey);
          if (order?.instruction.account !== this.#venueAccount.account) foreign.push(report);
          else differences.push(...(await this.#differenceOf(order, report, askedAt)));
        }),
      );
    }
    for (const report of foreign) this.#rememberForeign(report);
    const foreignOrders = foreign.map(({ submitKey, venueOrderId }) => ({
      submitKey,
      ...(venueOrderId === undefined ? {} : { venueOrderId }),
    }));
    return { foreignOrders, differences };
  }

  async #differenceOf(order: Order, report: ExecutionReport, askedAt: WallTime): Promise<readonly Difference[]> {
    const { orderId } = order;
    const isEarlier = attemptOf(order)?.submitKey !== report.submitKey;
    if (!isTerminal(order)) this.#live.take(order);
    else if (!isEarlier && this.#isFresh(order, report, askedAt)) return [];
    const told: ExecutionReport =
      isTerminal(order) && !isEarlier ? { ...report, evidence: { kind: "OPEN_AFTER_END" } } : report;
    await this.#recorder.recordAll([{ order, report: told }]);
    if (isEarlier) return [{ orderId, kind: "EARLIER_ATTEMPT_OPEN" }];
    return isTerminal(order) ? [{ orderId, kind: "OPEN_AT_VENUE" }] : [];
  }

  /** Whether the list may be older than the order's end. One that was found open after it is listed until it is cancelled. */
  #isFresh(order: Order, { submitKey }: ExecutionReport, askedAt: WallTime): boolean {
    return surplusOf(order, submitKey) === undefined && this.#listedAfterEnd.isFresh(order, askedAt);
  }

  #rememberForeign({ submitKey, venueOrderId }: ExecutionReport): void {
    if (this.#foreign.has(submitKey)) return;
    const [oldest] = this.#foreign;
    if (oldest !== undefined && this.#foreign.size >= foreignMax) this.#foreign.delete(oldest);
    this.#foreign.add(submitKey);
    const fields = { submit_key: submitKey, venue_order_id: venueOrderId, ...this.#venueAccount };
    this.#desk.log.warn(fields, "an open order at the venue that this service did not place");
  }
}

/** Whether being open at the venue is more than we know of the order. */
function isNews({ state, attempt }: LiveOrder): boolean {
  if (state === "SUBMITTED" || state === "IN_DOUBT" || state === "FAILED") return true;
  // The fills came from an earlier attempt: the fate of this one is open.
  return state === "PARTIALLY_FILLED" && attempt?.venueOrderId === undefined;
}

function isBehind({ cumQuantity }: LiveOrder, report: ExecutionReport): boolean {
  return report.cumQuantity !== undefined && compare(report.cumQuantity, cumQuantity) > 0;
}
