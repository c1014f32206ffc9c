import { evidenceKept } from "@surefill/core";
import type { Database } from "better-sqlite3";
import type { EvidenceRow } from "../row/evidence-row.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** What was asked about orders, in SQLite: a transaction a row. Runs in the worker thread. */
export class EvidenceWriter {
  readonly append: (row: EvidenceRow) => void;

  constructor(database: Database, transactions: WriteTransaction) {
    const findLast = database.prepare<
      [string],
      Pick<EvidenceRow, "attempt_number" | "operation" | "outcome"> & { readonly number: number }
    >(
      "SELECT number, attempt_number, operation, outcome FROM order_evidence WHERE order_id = ? ORDER BY number DESC LIMIT 1",
    );
    const count = database.prepare<[EvidenceRow & { readonly number: number }]>(
      `UPDATE order_evidence SET count = count + 1, detail = :detail, as_of = coalesce(:as_of, as_of),
        last_asked_at = max(last_asked_at, :asked_at), last_answered_at = max(last_answered_at, :answered_at)
        WHERE order_id = :order_id AND number = :number`,
    );
    const add = database.prepare<[EvidenceRow & { readonly number: number }]>(
      `INSERT INTO order_evidence (order_id, number, attempt_number, operation, outcome, count,
          asked_at, answered_at, last_asked_at, last_answered_at, as_of, detail)
        VALUES (:order_id, :number, :attempt_number, :operation, :outcome, 1,
          :asked_at, :answered_at, :asked_at, :answered_at, :as_of, :detail)`,
    );
    const forget = database.prepare<[string, number, number]>(
      "DELETE FROM order_evidence WHERE order_id = ? AND number = ? AND number > ?",
    );
    this.append = (row) =>
      transactions.run(() => {
        const last = findLast.get(row.order_id);
        const isSame =
          last?.attempt_number === row.attempt_number &&
          last.operation === row.operation &&
          last.outcome === row.outcome;
        if (last !== undefined && isSame) {
          count.run({ ...row, number: last.number });
          return;
        }
        const number = (last?.number ?? 0) + 1;
        add.run({ ...row, number });
        forget.run(row.order_id, number - evidenceKept.last, evidenceKept.first);
      });
  }
}
