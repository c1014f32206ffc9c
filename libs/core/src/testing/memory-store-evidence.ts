import { type EvidenceLog, evidenceKept, type KeptEvidence, type VenueEvidence } from "../store/evidence-log.ts";
import { laterOf } from "../time/wall-time.ts";
import type { MemoryTables } from "./memory-store-tables.ts";

const ordersMax = 200;

/** The EvidenceLog over MemoryTables. */
export function memoryEvidence(tables: MemoryTables, open: () => void): EvidenceLog {
  return {
    async append(evidence) {
      open();
      const rows = tables.evidence.get(evidence.orderId) ?? [];
      tables.evidence.set(evidence.orderId, withEvidence(rows, evidence));
    },
    async ofOrders(orderIds) {
      open();
      if (orderIds.length > ordersMax)
        throw new RangeError(`${orderIds.length} orders in one call; at most ${ordersMax}`);
      return [...new Set(orderIds)].flatMap((orderId) => tables.evidence.get(orderId) ?? []);
    },
  };
}

function withEvidence(rows: readonly KeptEvidence[], evidence: VenueEvidence): readonly KeptEvidence[] {
  const last = rows.at(-1);
  if (last !== undefined && isSame(last, evidence)) return [...rows.slice(0, -1), counted(last, evidence)];
  const { askedAt, answeredAt } = evidence;
  const number = (last?.number ?? 0) + 1;
  const added = { ...evidence, number, count: 1, lastAskedAt: askedAt, lastAnsweredAt: answeredAt };
  const tooOld = number - evidenceKept.last;
  return [...rows.filter((row) => row.number <= evidenceKept.first || row.number > tooOld), added];
}

function isSame(a: VenueEvidence, b: VenueEvidence): boolean {
  return a.attemptNumber === b.attemptNumber && a.operation === b.operation && a.outcome === b.outcome;
}

function counted(last: KeptEvidence, { askedAt, answeredAt, asOf, detail }: VenueEvidence): KeptEvidence {
  const later = asOf ?? last.asOf;
  return {
    ...last,
    count: last.count + 1,
    lastAskedAt: laterOf(last.lastAskedAt, askedAt),
    lastAnsweredAt: laterOf(last.lastAnsweredAt, answeredAt),
    ...(later === undefined ? {} : { asOf: later }),
    detail,
  };
}
