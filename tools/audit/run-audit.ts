import {
  type AuditStep,
  type AuditViolation,
  auditAll,
  auditSince,
  type EventCursor,
  type Store,
} from "@surefill/core";

/** What an audit came to. */
export interface AuditResult {
  readonly orders: number;
  readonly balances: number;
  /** Violations by invariant: all of them, while `violations` has the first thousand. */
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly AuditViolation[];
  /** What was too large to be checked. */
  readonly skipped: readonly string[];
  /** Where an audit of what changes from here on begins. */
  readonly cursor: EventCursor;
}

const listedMax = 1_000;

/** Audits all of a store, or what has changed since a cursor, and tells each page and each violation as it comes. */
export async function runAudit(
  store: Store,
  since: EventCursor | undefined,
  told: { readonly step: (done: number) => void; readonly violation: (violation: AuditViolation) => void },
): Promise<AuditResult> {
  let cursor = since ?? (await store.events.head());
  let [orders, balances] = [0, 0];
  const counts: Record<string, number> = {};
  const violations: AuditViolation[] = [];
  const skipped: string[] = [];
  const steps: AsyncGenerator<AuditStep & { readonly cursor?: EventCursor }> =
    since === undefined ? auditAll(store) : auditSince(store, since);
  for await (const step of steps) {
    cursor = step.cursor ?? cursor;
    orders += step.orders;
    balances += step.balances;
    skipped.push(...step.skipped.slice(0, listedMax - skipped.length));
    for (const violation of step.violations) {
      counts[violation.invariant] = (counts[violation.invariant] ?? 0) + 1;
      if (violations.length < listedMax) violations.push(violation);
      told.violation(violation);
    }
    told.step(orders + balances);
  }
  return { orders, balances, counts, violations, skipped, cursor };
}
