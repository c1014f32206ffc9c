import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { Setbacks } from "../desk/setbacks.ts";
import type { ErrorCode } from "../error/error-code.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { VenueFill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import type { SubmitKey } from "../order/order-id.ts";
import type { ReportedFill } from "../venue/venue.ts";
import type { LiveOrders } from "./live-orders.ts";
import { OwnerFinder } from "./owner-finder.ts";
import { SerialByKey } from "./serial-by-key.ts";
import { UnmatchedFillBook } from "./unmatched-fill-book.ts";

const reportsPendingMax = 1_000;
/** Unmatched fills that are looked for in the whole store in one go; the index is asked about all of them. */
const storeLookupsMax = 100;

/** What keeps a report from being recorded for now, whatever is in it. */
const passing: ReadonlySet<ErrorCode> = new Set(["STORE_UNAVAILABLE", "ORDER_CONTENDED"]);

/** An order and what is to be recorded of it. */
interface Task {
  readonly order: Order;
  readonly report: ExecutionReport;
}

/** What became of a report: nothing of it is left to record; it must come again; or, as things are, it never can be recorded. */
type Recorded = "DONE" | "AGAIN" | "REFUSED";

/**
 * Records what a venue account's venue tells, whichever way it came, reports of one attempt in turn. Fills of no order
 * that is known are kept, and applied once it is; so are those of an order that they can't be recorded of, for they must
 * not hold up those of others.
 */
export class ReportRecorder {
  readonly unmatched: UnmatchedFillBook;
  readonly #desk: Desk;
  readonly #venueAccount: VenueAccount;
  readonly #owners: OwnerFinder;
  readonly #recording = new SerialByKey<SubmitKey>(reportsPendingMax);
  /** Unmatched fills up to here have been looked for in the store since they were kept or found at the start. */
  #soughtSeq = 0;
  readonly #setbacks = new Setbacks();

  constructor(desk: Desk, venueAccount: VenueAccount, live: LiveOrders) {
    this.#desk = desk;
    this.#venueAccount = venueAccount;
    this.#owners = new OwnerFinder(desk, venueAccount, live);
    this.unmatched = new UnmatchedFillBook(desk, venueAccount);
  }

  /** Queues a report of the stream; resolves once there is room for another. */
  add(report: ExecutionReport): Promise<void> {
    return this.#recording.add(report.submitKey, () => this.#recordStreamed(report));
  }

  /** Resolves when nothing that was added before is pending. */
  idle(): Promise<void> {
    return this.#recording.idle();
  }

  /** Records fills of a bulk answer, those of one attempt together; true once every one of them is durable, applied or kept. */
  async recordFills(fills: readonly ReportedFill[]): Promise<boolean> {
    const owners = await this.#owners.find(fills, true);
    const ownerless = fills.filter((reported) => !owners.has(reported));
    await this.unmatched.keep(ownerless);
    const byKey = new Map<SubmitKey, { readonly order: Order; readonly reported: ReportedFill[] }>();
    for (const [reported, { order, submitKey }] of owners) {
      const group = byKey.get(submitKey);
      if (group === undefined) byKey.set(submitKey, { order, reported: [reported] });
      else group.reported.push(reported);
    }
    const tasks = [...byKey].map(([submitKey, { order, reported }]) => ({
      ...tradeOf(
        order,
        submitKey,
        reported.map(({ fill }) => fill),
      ),
      reported,
    }));
    const recorded = await this.recordAll(tasks);
    await this.unmatched.keep(tasks.flatMap((task) => (recorded.get(task) === "REFUSED" ? task.reported : [])));
    return tasks.every((task) => recorded.get(task) !== "AGAIN");
  }

  /** Records reports of orders that were read together; tells what became of each. */
  async recordAll(tasks: readonly Task[]): Promise<ReadonlyMap<Task, Recorded>> {
    const recorded = new Map<Task, Recorded>();
    for (const task of tasks) {
      await this.#recording.add(task.report.submitKey, async () => {
        recorded.set(task, await this.#recordOf(task));
      });
    }
    await this.#recording.idle();
    return recorded;
  }

  /**
   * Applies the unmatched fills whose order is known by now; tells how many. Each is looked for in the index every
   * time, in the store once, and again in turn with `everywhere`. One that can't be recorded stays, and is tried again in
   * waits that grow.
   */
  async matchAgain(everywhere: boolean): Promise<number> {
    await this.unmatched.open();
    const all = this.unmatched.all();
    const last = all.at(-1);
    if (last === undefined) return 0;
    if (everywhere && this.#soughtSeq >= last.seq) this.#soughtSeq = 0;
    const sought = all.filter(({ seq }) => seq > this.#soughtSeq).slice(0, storeLookupsMax);
    const owners = new Map([...(await this.#ownersInIndex(all)), ...(await this.#owners.find(sought, true))]);
    this.#soughtSeq = sought.at(-1)?.seq ?? this.#soughtSeq;
    const nowMs = this.#desk.clock.monotonicMs();
    const tasks = all.flatMap((kept) => {
      const owner = owners.get(kept);
      if (owner === undefined || this.#setbacks.holds(owner.order, nowMs)) return [];
      return [{ ...tradeOf(owner.order, owner.submitKey, [kept.fill]), kept }];
    });
    const recorded = await this.recordAll(tasks);
    const refused = tasks.filter((task) => recorded.get(task) === "REFUSED").map(({ order }) => order);
    for (const order of new Set(refused)) this.#setbacks.add(order, nowMs);
    const applied = tasks.filter((task) => recorded.get(task) === "DONE").map(({ kept }) => kept);
    await this.unmatched.remove(applied);
    return applied.length;
  }

  async #ownersInIndex(fills: readonly ReportedFill[]) {
    const owners = new Map();
    const rowsMax = 1_000;
    for (let from = 0; from < fills.length; from += rowsMax)
      for (const [fill, owner] of await this.#owners.find(fills.slice(from, from + rowsMax), false))
        owners.set(fill, owner);
    return owners;
  }

  async #recordStreamed(report: ExecutionReport): Promise<void> {
    const { submitKey } = report;
    try {
      const order = await this.#desk.store.orders.findBySubmitKey(this.#venueAccount.venue, submitKey);
      if (order?.instruction.account === this.#venueAccount.account) await recordReport(this.#desk, order, report);
      else if (report.fills.length > 0) await this.unmatched.keep(report.fills.map((fill) => ({ submitKey, fill })));
      else this.#desk.log.warn({ submit_key: submitKey, ...this.#venueAccount }, "a report of no order of ours");
    } catch (error) {
      this.#failed(report, error);
    }
  }

  async #recordOf({ order, report }: Task): Promise<Recorded> {
    try {
      await recordReport(this.#desk, order, report);
      return "DONE";
    } catch (error) {
      this.#failed(report, error);
      return passing.has(SurefillError.from(error).code) ? "AGAIN" : "REFUSED";
    }
  }

  /** The poll finds what could not be recorded now: the venue still has it. */
  #failed({ submitKey }: ExecutionReport, error: unknown): void {
    this.#desk.log.error({ error, submit_key: submitKey, ...this.#venueAccount }, "a report was not recorded");
  }
}

function tradeOf(order: Order, submitKey: SubmitKey, fills: readonly VenueFill[]): Task {
  return { order, report: { submitKey, evidence: { kind: "TRADE" }, fills } };
}
