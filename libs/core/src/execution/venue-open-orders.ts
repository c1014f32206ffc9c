import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderId, SubmitKey } from "../order/order-id.ts";
import type { CancelAllFailure, CancelAllPartKey, CancelAllTerms } from "../store/cancel-all-store.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { CancelOutcome } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";

const readMsMax = 15_000;
const cancelMsMax = 10_000;
const cancelsAtOnce = 16;
const targetsMax = 1_000;

/** What one read of the venue's open orders showed. */
export interface OpenOrdersRead {
  /** Whether none of the campaign's targets was among them. */
  readonly isClean: boolean;
  /** Targets that nobody cancels but the campaign: others' orders, and those of ours that ended here and not there. */
  readonly strays: readonly ExecutionReport[];
  /** Of the targets, where the venue tells them. */
  readonly instruments: ReadonlySet<InstrumentId>;
  /** Why the list could not be read. */
  readonly failures: readonly CancelAllFailure[];
}

/** The venue's own list of open orders, as a campaign goes through it: which are its targets, and who cancels them. */
export class VenueOpenOrders {
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #venueAccount: VenueAccount;
  readonly #terms: CancelAllTerms;
  /** Keys that were looked up, and the orders of ours that they are of. */
  readonly #known = new Map<SubmitKey, OrderId | "FOREIGN">();
  /** Orders of others that are or were to be cancelled, and whether they are still listed. */
  readonly #foreign = new Map<SubmitKey, "LISTED" | "GONE">();
  /** Keys of ours that were listed though they have ended here: a list may be a moment old. */
  readonly #ended = new Set<SubmitKey>();
  readonly #stop: AbortSignal;

  constructor(desk: Desk, entry: VenueEntry, terms: CancelAllTerms, venueAccount: VenueAccount, stop: AbortSignal) {
    this.#desk = desk;
    this.#entry = entry;
    this.#terms = terms;
    this.#venueAccount = venueAccount;
    this.#stop = stop;
  }

  get counts() {
    const foreignTargets = this.#foreign.size;
    const foreignClosed = [...this.#foreign.values()].filter((place) => place === "GONE").length;
    return { foreignTargets, foreignClosed };
  }

  /** Takes up what an earlier process found at the venue: gone, until it is listed again. */
  async resume(): Promise<void> {
    const part = this.#part;
    let after: { readonly kind: "FOREIGN"; readonly submitKey: SubmitKey } | undefined;
    for (;;) {
      const page = await this.#desk.store.cancelAlls.targets(part, "FOREIGN", targetsMax, after);
      for (const { submitKey } of page) this.#foreign.set(submitKey, "GONE");
      after = page.at(-1);
      if (page.length < targetsMax) return;
    }
  }

  /**
   * Reads the list once. `own`: the orders of ours that are to be cancelled and have not ended. Strays there are only
   * where the campaign covers all; they are durable as targets when this resolves.
   */
  async read(own: ReadonlyMap<OrderId, Order>): Promise<OpenOrdersRead> {
    const { account } = this.#venueAccount;
    const venue = this.#entry.urgentVenue ?? this.#entry.venue;
    let open: readonly ExecutionReport[];
    try {
      open = await withDeadline(this.#desk.clock, readMsMax, (late) =>
        venue.openOrders(account, AbortSignal.any([late, this.#stop])),
      );
    } catch (thrown) {
      const failures = [{ error: SurefillError.from(thrown).toOrderError() }];
      return { isClean: false, strays: [], instruments: new Set(), failures };
    }
    const strays: ExecutionReport[] = [];
    const instruments = new Set<InstrumentId>();
    let isClean = true;
    for (const report of open) {
      const target = await this.#targetOf(report, own);
      if (target === "NONE") continue;
      isClean = false;
      if (target === "STRAY") strays.push(report);
      if (report.instrument !== undefined) instruments.add(report.instrument);
    }
    const listed = new Set(strays.map(({ submitKey }) => submitKey));
    for (const submitKey of this.#foreign.keys()) {
      this.#foreign.set(submitKey, listed.has(submitKey) ? "LISTED" : "GONE");
    }
    await this.#keep(strays);
    return { isClean, strays, instruments, failures: [] };
  }

  /** Cancels strays one by one; what was taken, the next read shows. */
  async cancelEach(strays: readonly ExecutionReport[]): Promise<readonly CancelAllFailure[]> {
    const failures: CancelAllFailure[] = [];
    for (let from = 0; from < strays.length; from += cancelsAtOnce) {
      const some = strays.slice(from, from + cancelsAtOnce);
      failures.push(...(await Promise.all(some.map((report) => this.#cancel(report)))).flat());
    }
    return failures;
  }

  /** Others' orders that the venue cancelled with ours were targets, too. */
  async cancelledToo(reports: readonly ExecutionReport[]): Promise<void> {
    const foreign: ExecutionReport[] = [];
    for (const report of reports) if ((await this.#ownerOf(report.submitKey)) === "FOREIGN") foreign.push(report);
    await this.#keep(foreign);
    for (const { submitKey } of foreign) this.#foreign.set(submitKey, "GONE");
  }

  async #targetOf(
    { submitKey, instrument }: ExecutionReport,
    own: ReadonlyMap<OrderId, Order>,
  ): Promise<"OWN" | "STRAY" | "NONE"> {
    const id = await this.#ownerOf(submitKey);
    if (id !== "FOREIGN" && own.has(id)) return "OWN";
    if (this.#terms.covers === "OWN_ONLY") return "NONE";
    const isInScope = this.#terms.scope.instrument === undefined || this.#terms.scope.instrument === instrument;
    if (id === "FOREIGN") return isInScope || instrument === undefined ? "STRAY" : "NONE";
    // Ours and not to be cancelled, or ended here: what the venue shows again then must go.
    const order = await this.#desk.store.orders.find(id);
    if (order === undefined || !isTerminal(order) || !isInScope) return "NONE";
    if (this.#ended.has(submitKey)) return "STRAY";
    this.#ended.add(submitKey);
    return "OWN";
  }

  async #ownerOf(submitKey: SubmitKey): Promise<OrderId | "FOREIGN"> {
    const known = this.#known.get(submitKey);
    if (known !== undefined) return known;
    const order = await this.#desk.store.orders.findBySubmitKey(this.#venueAccount.venue, submitKey);
    const owner = order?.orderId ?? "FOREIGN";
    this.#known.set(submitKey, owner);
    return owner;
  }

  async #keep(strays: readonly ExecutionReport[]): Promise<void> {
    const fresh = strays.map(({ submitKey }) => submitKey).filter((submitKey) => !this.#foreign.has(submitKey));
    for (let from = 0; from < fresh.length; from += targetsMax) {
      const targets = fresh
        .slice(from, from + targetsMax)
        .map((submitKey) => ({ kind: "FOREIGN", submitKey }) as const);
      await this.#desk.store.cancelAlls.addTargets(this.#part, targets);
    }
    for (const submitKey of fresh) this.#foreign.set(submitKey, "LISTED");
  }

  async #cancel({ submitKey, venueOrderId, instrument }: ExecutionReport): Promise<readonly CancelAllFailure[]> {
    const named = { submitKey, ...(venueOrderId === undefined ? {} : { venueOrderId }) };
    if (instrument === undefined) {
      const text = "the venue does not tell the instrument of its open orders, so this one can't be cancelled there";
      return [{ ...named, error: orderError("OPEN_ORDERS_UNLISTED", text) }];
    }
    const { account } = this.#venueAccount;
    const outcome = await this.#ask((signal) => this.#entry.venue.cancel({ account, instrument, ...named }, signal));
    return "error" in outcome ? [{ ...named, error: outcome.error }] : [];
  }

  async #ask(cancel: (signal: AbortSignal) => Promise<CancelOutcome>): Promise<CancelOutcome> {
    try {
      return await withDeadline(this.#desk.clock, cancelMsMax, cancel);
    } catch (thrown) {
      return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", SurefillError.from(thrown).message) };
    }
  }

  get #part(): CancelAllPartKey {
    return { campaignId: this.#terms.campaignId, venueAccount: this.#venueAccount };
  }
}
