import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderDossier } from "../store/audit-reader.ts";
import type { StoredAttempt } from "../store/order-store.ts";
import type { AuditViolation } from "./invariant.ts";
import { transitionsOf } from "./whole-history.ts";

/** Each attempt that the history prepares, compared with what is stored of it; and none beside them. */
export function attemptsAreDurable({ orderId, events, attempts }: OrderDossier): readonly AuditViolation[] {
  const prepared = transitionsOf(events).filter(({ cause }) => cause.type === "ATTEMPT_PREPARED");
  const expected = new Map(prepared.map((record) => [record.attemptNumber, ofEvent(record)]));
  const stored = new Map(attempts.map((attempt) => [attempt.number, ofRow(attempt)]));
  const numbers = [...new Set([...expected.keys(), ...stored.keys()])].sort((a, b) => a - b);
  return numbers.flatMap((number) => {
    const [should, is] = [expected.get(number) ?? "none", stored.get(number) ?? "none"];
    if (should === is) return [];
    return [{ invariant: "ATTEMPTS_ARE_DURABLE", orderId, subject: `attempt ${number}`, expected: should, stored: is }];
  });
}

function ofEvent({ cause, at }: OrderEventRecord): string {
  return cause.type === "ATTEMPT_PREPARED" ? shown(cause.submitKey, cause.validUntil, at) : "none";
}

function ofRow({ submitKey, validUntil, preparedAt }: StoredAttempt): string {
  return shown(submitKey, validUntil, preparedAt);
}

function shown(submitKey: string, validUntil: number | undefined, preparedAt: number): string {
  return `${submitKey}, prepared at ${preparedAt}, valid until ${validUntil ?? "for ever"}`;
}
