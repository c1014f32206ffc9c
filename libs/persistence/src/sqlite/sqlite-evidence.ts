import type { EvidenceLog } from "@surefill/core";
import type { Database } from "better-sqlite3";
import { evidenceRow, type KeptEvidenceRow, keptEvidenceOf } from "../row/evidence-row.ts";
import type { WriterThread } from "./writer-thread.ts";

const ordersMax = 200;

/** The EvidenceLog over SQLite. */
export function sqliteEvidence(database: Database, writer: WriterThread, open: () => void): EvidenceLog {
  const ofOrders = database.prepare<[string], KeptEvidenceRow>(
    `SELECT * FROM order_evidence WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, number`,
  );
  return {
    async append(evidence) {
      open();
      await writer.call("appendEvidence", evidenceRow(evidence));
    },
    async ofOrders(orderIds) {
      open();
      if (orderIds.length > ordersMax)
        throw new RangeError(`${orderIds.length} orders in one call; at most ${ordersMax}`);
      return ofOrders.all(JSON.stringify(orderIds)).map(keptEvidenceOf);
    },
  };
}
