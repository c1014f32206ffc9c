import type { Fill, Order } from "@surefill/contracts/surefill/v1/order";
import type { AuditViolation } from "@surefill/core";
import { durationsMs, segments } from "./latency-segments.ts";
import { stateName } from "./live-view.ts";
import { ascending, percentile } from "./percentile.ts";
import type { VenueAudit } from "./venue-audit.ts";

/** Violations that are printed; the audit of the database left behind has them all. */
const shownMax = 20;

/** All that a run came to. */
export interface RunResult {
  readonly handedIn: number;
  readonly orders: readonly Order[];
  readonly fills: readonly Fill[];
  readonly transitions: number;
  readonly audit: VenueAudit;
  /** What contradicts itself in the database. */
  readonly auditViolations: readonly AuditViolation[];
  readonly seconds: number;
}

/** The closing line of JSON. Milliseconds from request to FILLED; null where nothing filled. */
export function jsonSummary(result: RunResult): string {
  const total = ascending(durationsMs(requestToFilled, result.orders));
  return JSON.stringify({
    orders: result.handedIn,
    filled: result.orders.filter(({ state }) => stateName(state) === "FILLED").length,
    transitions: result.transitions,
    fills: result.fills.length,
    duplicates: result.audit.duplicates,
    lost: result.audit.lost,
    mispriced: result.audit.mispriced,
    audit_violations: result.auditViolations.length,
    p50_ms: rounded(percentile(total, 0.5)),
    p99_ms: rounded(percentile(total, 0.99)),
  });
}

const requestToFilled = segments[segments.length - 1] ?? segments[0];

/** What a person reads. */
export function textSummary(result: RunResult): string {
  const { handedIn, orders, fills, transitions, audit, auditViolations, seconds } = result;
  const rows = segments.map((segment) => {
    const durations = ascending(durationsMs(segment, orders));
    const cells = [0.5, 0.95, 0.99].map((p) => cell(percentile(durations, p)));
    return `  ${segment.name.padEnd(24)}${cells.join("")}`;
  });
  return [
    "",
    `${handedIn} orders in ${seconds.toFixed(1)} s, ${transitions} transitions, ${fills.length} fills`,
    "",
    ...statesOf(orders),
    "",
    `  ${"latency, ms".padEnd(24)}${["p50", "p95", "p99"].map((name) => name.padStart(10)).join("")}`,
    ...rows,
    "",
    slippageOf(orders),
    `  against the venue's own log: ${audit.duplicates} duplicates, ${audit.lost} lost, ${audit.mispriced} mispriced`,
    `  the database against itself: ${auditViolations.length} violations`,
    ...auditViolations
      .slice(0, shownMax)
      .map(
        ({ orderId, invariant, subject, expected, stored }) =>
          `    ${invariant} ${orderId ?? ""}: ${subject} should be ${expected}, but is ${stored}`,
      ),
    "",
  ].join("\n");
}

function statesOf(orders: readonly Order[]): readonly string[] {
  const counts = Map.groupBy(orders, ({ state }) => stateName(state));
  return [...counts]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([state, those]) => `  ${state.padEnd(24)}${String(those.length).padStart(10)}`);
}

/** Costs are ratios for people to read, so doubles will do. */
function slippageOf(orders: readonly Order[]): string {
  const costs = ascending(
    orders.flatMap(({ slippageCostBps }) => (slippageCostBps === undefined ? [] : [Number(slippageCostBps)])),
  );
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  const cells = [mean, percentile(costs, 0.5), percentile(costs, 0.95)].map((value) =>
    Number.isNaN(value) ? "–" : value.toFixed(2),
  );
  return `  slippage cost, bps (positive is a cost): mean ${cells[0]}, p50 ${cells[1]}, p95 ${cells[2]} over ${costs.length} orders`;
}

function cell(value: number): string {
  return (Number.isNaN(value) ? "–" : value.toFixed(2)).padStart(10);
}

function rounded(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 1000) / 1000;
}
