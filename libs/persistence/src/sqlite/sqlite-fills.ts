import { type FillCursors, type UnmatchedFills, wallTime } from "@surefill/core";
import type { Database } from "better-sqlite3";
import { type KeptFillRow, keptFillOf, unmatchedFillRow } from "../row/unmatched-fill-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { FillCursorRow } from "./fill-writer.ts";
import type { WriterThread } from "./writer-thread.ts";

/** The FillCursors over SQLite. */
export function sqliteFillCursors(database: Database, writer: WriterThread, open: () => void): FillCursors {
  const find = database.prepare<[string, string], Pick<FillCursorRow, "next" | "since">>(
    "SELECT next, since FROM fill_cursors WHERE account = ? AND venue = ?",
  );
  return {
    async find({ venue, account }) {
      open();
      const row = find.get(account, venue);
      return row && { ...(row.next === null ? {} : { next: row.next }), since: wallTime(row.since) };
    },
    async save({ venue, account }, { next = null, since }) {
      open();
      await writer.call("saveFillCursor", { account, venue, next, since });
    },
  };
}

/** The UnmatchedFills over SQLite. */
export function sqliteUnmatchedFills(database: Database, writer: WriterThread, open: () => void): UnmatchedFills {
  const list = database.prepare<[string, string, number, number], KeptFillRow>(
    "SELECT * FROM unmatched_fills WHERE account = ? AND venue = ? AND seq > ? ORDER BY seq LIMIT ?",
  );
  return {
    async keep(fills) {
      open();
      if (fills.length === 0) return;
      checkLimit(fills.length);
      await writer.call("keepFills", fills.map(unmatchedFillRow));
    },
    async list({ venue, account }, limit, afterSeq = 0) {
      open();
      checkLimit(limit);
      return list.all(account, venue, afterSeq, limit).map(keptFillOf);
    },
    async remove(seqs) {
      open();
      if (seqs.length === 0) return;
      checkLimit(seqs.length);
      await writer.call("removeFills", seqs);
    },
    async prune({ venue, account }, before, countMax) {
      open();
      return writer.call("pruneFills", { account, venue, before, countMax });
    },
  };
}
