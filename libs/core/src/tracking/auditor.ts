import { auditSince } from "../audit/audit.ts";
import type { AuditViolation } from "../audit/invariant.ts";
import type { Desk } from "../desk/desk.ts";
import type { EventCursor } from "../event/event-log.ts";
import { attemptOf } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";

/** How long the auditor rests between pages, by how long a page took it: it gets a fifth of the time at most. */
const restPerWork = 4;
const restMsMin = 20;
/** What was told is not told again; with so many of them it no longer matters which. */
const toldMaxDefault = 10_000;
/** Findings in one event. */
const findingsMax = 20;

/**
 * Audits what changes, beside the trading and never in its way: small pages with rests between them. It begins where the
 * stream is when it starts; the whole database is what `npm run audit` is for. Each violation is a metric, an error in
 * the log and, where it is about an order, the event audit.violation.
 */
export class Auditor {
  readonly #desk: Desk;
  readonly #intervalMs: number;
  readonly #stop = new AbortController();
  readonly #told = new Set<string>();
  readonly #toldMax: number;
  #running: Promise<void> = Promise.resolve();

  /** `intervalMs`: between two rounds. `toldMax`: violations that are remembered. */
  constructor(desk: Desk, intervalMs: number, toldMax = toldMaxDefault) {
    this.#desk = desk;
    this.#intervalMs = intervalMs;
    this.#toldMax = toldMax;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the page under way is done. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { store, clock, log } = this.#desk;
    let cursor: EventCursor | undefined;
    while (!this.#stop.signal.aborted) {
      try {
        cursor = cursor === undefined ? await store.events.head() : await this.#round(cursor);
      } catch (error) {
        log.warn({ error }, "an audit failed; trying again");
      }
      await clock.sleep(this.#intervalMs, this.#stop.signal);
    }
  }

  /** Returns how far it came. */
  async #round(from: EventCursor): Promise<EventCursor> {
    const { store, clock, telemetry } = this.#desk;
    let cursor = from;
    let startedMs = clock.monotonicMs();
    for await (const step of auditSince(store, from)) {
      const violations = step.violations.filter((violation) => this.#isNews(violation));
      telemetry.audited({ ...step, violations });
      await this.#tell(violations);
      cursor = step.cursor;
      const workMs = clock.monotonicMs() - startedMs;
      await clock.sleep(Math.max(restMsMin, workMs * restPerWork), this.#stop.signal);
      if (this.#stop.signal.aborted) break;
      startedMs = clock.monotonicMs();
    }
    return cursor;
  }

  /** A balance that is wrong once is found wrong at every fill. */
  #isNews({ invariant, orderId, subject }: AuditViolation): boolean {
    const key = invariant === "BALANCES_SUM_UP" ? subject : `${invariant} ${orderId} ${subject}`;
    if (this.#told.has(key)) return false;
    if (this.#told.size >= this.#toldMax) this.#told.clear();
    this.#told.add(key);
    return true;
  }

  async #tell(violations: readonly AuditViolation[]): Promise<void> {
    for (const { orderId, ...finding } of violations) {
      this.#desk.log.error({ event: "audit.violation", order_id: orderId, ...finding }, "what is stored is wrong");
    }
    const byOrder = Map.groupBy(violations, ({ orderId }) => orderId);
    for (const [orderId, ofOrder] of byOrder) {
      // One that can't be read has no event: its row says neither whose it is nor which version.
      const isReadable = ofOrder.every(({ invariant }) => invariant !== "READABLE");
      if (orderId !== undefined && isReadable) await this.#tellOrder(orderId, ofOrder);
    }
  }

  async #tellOrder(orderId: OrderId, violations: readonly AuditViolation[]): Promise<void> {
    const { store, clock } = this.#desk;
    const order = await store.orders.find(orderId);
    if (order === undefined) return;
    const { account, venue, clientOrderId } = order.instruction;
    const findings = violations.slice(0, findingsMax).map(({ orderId: _, ...finding }) => finding);
    await store.events.tell({
      ...{ orderId, clientOrderId, account, venue, version: order.version, type: "audit.violation" },
      cause: { type: "AUDIT_VIOLATED", findings },
      to: order.state,
      attemptNumber: attemptOf(order)?.number ?? 0,
      at: clock.wall(),
    });
  }
}
