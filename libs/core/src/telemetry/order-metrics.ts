import type { Meter } from "@opentelemetry/api";
import type { AuditStep } from "../audit/audit.ts";
import { invariants } from "../audit/invariant.ts";
import { averagePrice } from "../money/amount.ts";
import { slippageCostBps } from "../money/slippage.ts";
import type { OrderTransitions } from "../order/change-order.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OpenCount } from "../store/order-lists.ts";
import { elapsedMs, type WallTime } from "../time/wall-time.ts";

/** Upper ends of buckets, in seconds: from a venue next door to one that hangs. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const orderSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const costBps = [-50, -20, -10, -5, 0, 5, 10, 20, 50, 100, 500];

/**
 * Counts for Prometheus. Labels are venues, states, operations, outcomes and codes: never an id, an account or an
 * instrument, for their number has no bound.
 */
export class OrderMetrics {
  readonly #instruments: ReturnType<typeof instrumentsOf>;

  constructor(meter: Meter) {
    this.#instruments = instrumentsOf(meter);
    for (const invariant of Object.keys(invariants)) this.#instruments.violations.add(0, { invariant });
  }

  /** Begins what is rare at 0: a counter that first shows at 1 has not grown, so no alert would go off. */
  venueOpened(venue: string): void {
    const { fills, lateFills, overfills, surplusAttempts, recoveries, slippageAlerts } = this.#instruments;
    const rare = [lateFills, overfills, surplusAttempts, recoveries, slippageAlerts];
    for (const counter of [fills, ...rare]) counter.add(0, { venue });
  }

  /** Counts a change that became durable; `before` is undefined for a new order. */
  committed(before: Order | undefined, { order, records }: Pick<OrderTransitions, "order" | "records">): void {
    const instruments = this.#instruments;
    const { venue, side, pricing } = order.instruction;
    for (const record of records) this.#count(record, venue);
    if (!isTerminal(order) || (before !== undefined && isTerminal(before))) return;
    const { state } = order;
    instruments.orders.add(1, { venue, type: pricing.type, side, state });
    instruments.orderSeconds.record(elapsedMs(order.requestedAt, order.updatedAt) / 1000, { venue, state });
    const average = averagePrice(order.cumQuoteQuantity, order.cumQuantity);
    if (average === undefined || order.expectedPrice === undefined) return;
    const cost = Number(slippageCostBps(side, average, order.expectedPrice));
    instruments.slippageCostBps.record(cost, { venue, side });
  }

  #count({ type, cause, to }: OrderEventRecord, venue: string): void {
    const instruments = this.#instruments;
    switch (type) {
      case "order.late_fill":
        instruments.lateFills.add(1, { venue });
        return;
      case "order.overfill":
        instruments.overfills.add(1, { venue });
        return;
      case "order.surplus_attempt":
        instruments.surplusAttempts.add(1, { venue });
        return;
      case "order.recovered":
        instruments.recoveries.add(1, { venue });
        return;
      case "slippage.alert":
        instruments.slippageAlerts.add(1, { venue });
        return;
      case "order.transition":
        instruments.transitions.add(1, { venue, cause: cause.type, state: to });
        if ("fill" in cause) instruments.fills.add(1, { venue });
        if (cause.type === "RETRY_SCHEDULED") instruments.retries.add(1, { venue, code: cause.error.code });
        return;
      default:
    }
  }

  /** Counts a request to a venue that has been answered, or given up. */
  venueRequest(venue: string, operation: string, outcome: string, ms: number): void {
    const labels = { venue, operation, outcome };
    this.#instruments.venueRequests.add(1, labels);
    this.#instruments.venueRequestSeconds.record(ms / 1000, labels);
  }

  audited({ orders, violations, skipped }: AuditStep): void {
    this.#instruments.auditedOrders.add(orders);
    if (skipped.length > 0) this.#instruments.auditSkips.add(skipped.length);
    for (const { invariant } of violations) this.#instruments.violations.add(1, { invariant });
  }

  /** Asks `read` at each scrape for what is open; a read that fails leaves the gauges out. */
  observe(now: () => WallTime, read: () => Promise<readonly OpenCount[]>): void {
    const { meter, open, doubts, doubtAge } = this.#instruments;
    meter.addBatchObservableCallback(
      async (result) => {
        const at = now();
        for (const { venue, state, orders, since } of await read()) {
          result.observe(open, orders, { venue, state });
          if (state !== "IN_DOUBT") continue;
          result.observe(doubts, orders, { venue });
          result.observe(doubtAge, Math.max(elapsedMs(since, at), 0) / 1000, { venue });
        }
      },
      [open, doubts, doubtAge],
    );
  }
}

function instrumentsOf(meter: Meter) {
  const counter = (name: string, description: string) => meter.createCounter(`surefill_${name}`, { description });
  const gauge = (name: string, description: string) => meter.createObservableGauge(`surefill_${name}`, { description });
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(`surefill_${name}`, { description, advice: { explicitBucketBoundaries } });
  return {
    meter,
    orders: counter("orders", "Orders that ended, by the state they ended in."),
    orderSeconds: histogram("order_seconds", "From an order's request to its end.", orderSeconds),
    transitions: counter("order_transitions", "Steps of orders, by what caused them and where they led."),
    fills: counter("fills", "Executions recorded."),
    lateFills: counter("late_fills", "Executions recorded after their order had ended."),
    overfills: counter("overfills", "Executions beyond what was ordered."),
    surplusAttempts: counter("surplus_attempts", "Attempts found alive that their orders had gone on without."),
    retries: counter("retries", "Attempts that will be made again, by the code of what went wrong."),
    recoveries: counter("recoveries", "Orders taken up from a process that is gone."),
    slippageAlerts: counter("slippage_alerts", "Orders whose average price was too far from the expected one."),
    slippageCostBps: histogram("slippage_cost_bps", "Cost against the expected price; negative is a gain.", costBps),
    venueRequests: counter("venue_requests", "Requests to venues, by what they were answered."),
    venueRequestSeconds: histogram("venue_request_seconds", "How long venues took to answer.", requestSeconds),
    auditedOrders: counter("audited_orders", "Orders that the audit has checked."),
    auditSkips: counter("audit_skips", "Orders and balances that were too large for the audit beside trading."),
    violations: counter("invariant_violations", "What the audit found wrong. Anything above 0 is an alert."),
    open: gauge("orders_open", "Orders that have not ended."),
    doubts: gauge("orders_in_doubt", "Orders of which nobody knows whether the venue has them."),
    doubtAge: gauge("in_doubt_age_seconds", "How long the oldest of them has been in doubt."),
  };
}
