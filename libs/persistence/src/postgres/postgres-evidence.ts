import { type EvidenceLog, evidenceKept, SurefillError } from "@surefill/core";
import { evidenceRow, type KeptEvidenceRow, keptEvidenceOf } from "../row/evidence-row.ts";
import { isoTime } from "../row/iso-time.ts";
import type { Reader } from "./reader.ts";

const ordersMax = 200;
/** Times that somebody else may add the same number first. */
const racesMax = 20;

/** One statement: counts with the last row where it says the same, else adds one and forgets the one that is too old. */
const append = `WITH last AS (
    SELECT * FROM order_evidence WHERE order_id = $1 ORDER BY number DESC LIMIT 1 FOR UPDATE
  ), counted AS (
    UPDATE order_evidence e SET count = e.count + 1, detail = $8, as_of = coalesce($7, e.as_of),
      last_asked_at = greatest(e.last_asked_at, $5), last_answered_at = greatest(e.last_answered_at, $6)
    FROM last WHERE e.order_id = last.order_id AND e.number = last.number
      AND last.attempt_number = $2 AND last.operation = $3 AND last.outcome = $4 RETURNING e.number
  ), added AS (
    INSERT INTO order_evidence (order_id, number, attempt_number, operation, outcome, count,
      asked_at, answered_at, last_asked_at, last_answered_at, as_of, detail)
    SELECT $1, coalesce((SELECT number FROM last), 0) + 1, $2, $3, $4, 1,
      $5::timestamptz, $6::timestamptz, $5::timestamptz, $6::timestamptz, $7::timestamptz, $8
    WHERE NOT EXISTS (SELECT FROM counted) ON CONFLICT DO NOTHING RETURNING number
  ), forgotten AS (
    DELETE FROM order_evidence WHERE order_id = $1 AND number > ${evidenceKept.first}
      AND number = (SELECT number - ${evidenceKept.last} FROM added)
  )
  SELECT number FROM counted UNION ALL SELECT number FROM added`;

const ofOrders = "SELECT * FROM order_evidence WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, number";

/** The EvidenceLog over Postgres. */
export function postgresEvidence(reader: Reader, open: () => void): EvidenceLog {
  return {
    async append(evidence) {
      open();
      const row = evidenceRow(evidence);
      const { asOf, askedAt, answeredAt } = evidence;
      const times = [isoTime(askedAt), isoTime(answeredAt), asOf === undefined ? null : isoTime(asOf)];
      const values = [row.order_id, row.attempt_number, row.operation, row.outcome, ...times, row.detail];
      for (let races = 0; races < racesMax; races += 1) {
        if ((await reader.write("evidence_append", append, values)).length > 0) return;
      }
      throw new SurefillError("STORE_UNAVAILABLE", `evidence of order ${row.order_id} lost ${racesMax} races`);
    },
    async ofOrders(orderIds) {
      open();
      if (orderIds.length > ordersMax)
        throw new RangeError(`${orderIds.length} orders in one call; at most ${ordersMax}`);
      return (await reader.read<KeptEvidenceRow>("evidence_of_orders", ofOrders, [orderIds])).map(keptEvidenceOf);
    },
  };
}
