import { replayOrder } from "../order/replay-order.ts";
import type { AuditReader, OrderDossier } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";

/** For a whole history: the row that it leads to, compared column by column with the stored one. */
export function eventsReplay(
  { orderId, events, row }: OrderDossier,
  { rowOf }: Pick<AuditReader, "rowOf">,
): readonly AuditViolation[] {
  const invariant = "EVENTS_REPLAY";
  const replayed = replayOrder(events);
  if (!replayed.ok) {
    const expected = "a step of the transition table";
    return [{ invariant, orderId, subject: `version ${replayed.version}`, expected, stored: replayed.reason }];
  }
  const expectedRow = rowOf(replayed.order);
  const columns = [...new Set([...Object.keys(expectedRow), ...Object.keys(row)])];
  return columns.flatMap((column) => {
    const [expected, stored] = [shown(expectedRow[column]), shown(row[column])];
    return expected === stored ? [] : [{ invariant, orderId, subject: column, expected, stored }];
  });
}

function shown(value: string | null | undefined): string {
  return value ?? "NULL";
}
