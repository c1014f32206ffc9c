import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
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

/** An order and what is to be recorded of it. */
interface Task {
  readonly order: Order;
  readonly report: ExecutionReport;
}

/**
 * Records what a venue account's venue tells, whichever way it came, reports of one attempt in turn. Fills of no order
 * that is known are kept, and applied once it is.
 */
export class ReportRecorder {
  readonly unmatched: UnmatchedFillBook;
  readonly #desk: Desk;
  readonly #venueAccount: VenueAccount;
  readonly #owners: OwnerFinder;
  readonly #recording = new SerialByKey<SubmitKey>(reportsPendingMax);
  /** Unmatched fills up to here have been looked for in the store since they were kept or found at the start. */
  #soughtSeq = 0;

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

  /** Records fills of a bulk answer, those of one attempt together; true once every one of them is durable. */
  async recordFills(fills: readonly ReportedFill[]): Promise<boolean> {
    const owners = await this.#owners.find(fills, true);
    const ownerless = fills.filter((reported) => !owners.has(reported));
    await this.unmatched.keep(ownerless);
    const tasks = new Map<SubmitKey, { readonly order: Order; readonly fills: VenueFill[] }>();
    for (const [{ fill }, { order, submitKey }] of owners) {
      const task = tasks.get(submitKey);
      if (task === undefined) tasks.set(submitKey, { order, fills: [fill] });
      else task.fills.push(fill);
    }
    return this.recordAll(
      [...tasks].map(([submitKey, task]) => ({
        order: task.order,
        report: { submitKey, evidence: { kind: "TRADE" }, fills: task.fills },
      })),
    );
  }

  /** Records reports of orders that were read together; true once nothing of any of them is left to record. */
  async recordAll(tasks: readonly Task[]): Promise<boolean> {
    let allRecorded = true;
    for (const { order, report } of tasks) {
      await this.#recording.add(report.submitKey, async () => {
        allRecorded = (await this.#recordOf(order, report)) && allRecorded;
      });
    }
    await this.#recording.idle();
    return allRecorded;
  }

  /**
   * Applies the unmatched fills whose order is known by now; tells how many. Each is looked for in the index every
   * time, in the store once, and again in turn with `everywhere`.
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
    const matched = all.flatMap((kept) => {
      const owner = owners.get(kept);
      return owner === undefined ? [] : [{ kept, owner }];
    });
    const isRecorded = await this.recordAll(
      matched.map(({ kept, owner: { order, submitKey } }) => ({
        order,
        report: { submitKey, evidence: { kind: "TRADE" }, fills: [kept.fill] },
      })),
    );
    if (!isRecorded) return 0;
    await this.unmatched.remove(matched.map(({ kept }) => kept));
    return matched.length;
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

  /** Whether nothing of the report is left to record. */
  async #recordOf(order: Order, report: ExecutionReport): Promise<boolean> {
    try {
      await recordReport(this.#desk, order, report);
      return true;
    } catch (error) {
      this.#failed(report, error);
      return false;
    }
  }

  /** The poll finds what could not be recorded now: the venue still has it. */
  #failed({ submitKey }: ExecutionReport, error: unknown): void {
    this.#desk.log.error({ error, submit_key: submitKey, ...this.#venueAccount }, "a report was not recorded");
  }
}
