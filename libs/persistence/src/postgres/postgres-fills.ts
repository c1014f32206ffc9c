import { type FillCursors, type UnmatchedFills, wallTime } from "@surefill/core";
import { columnNames } from "../row/column.ts";
import { isoTime } from "../row/iso-time.ts";
import {
  type KeptFillRow,
  keptFillOf,
  type UnmatchedFillRow,
  unmatchedFillColumns,
  unmatchedFillRow,
} from "../row/unmatched-fill-row.ts";
import { checkLimit } from "../store/limit.ts";
import type { Reader } from "./reader.ts";

const findCursor = "SELECT next, since FROM fill_cursors WHERE account = $1 AND venue = $2";
const saveCursor = `INSERT INTO fill_cursors (account, venue, next, since) VALUES ($1, $2, $3, $4)
  ON CONFLICT (account, venue) DO UPDATE SET next = excluded.next, since = excluded.since`;

/** The FillCursors over Postgres. */
export function postgresFillCursors(reader: Reader, open: () => void): FillCursors {
  return {
    async find({ venue, account }) {
      open();
      const rows = await reader.read<{ readonly next: string | null; readonly since: number }>(
        "fill_cursor",
        findCursor,
        [account, venue],
      );
      const [row] = rows;
      return row && { ...(row.next === null ? {} : { next: row.next }), since: wallTime(row.since) };
    },
    async save({ venue, account }, { next = null, since }) {
      open();
      await reader.write("fill_cursor_save", saveCursor, [account, venue, next, isoTime(since)]);
    },
  };
}

const names = columnNames<UnmatchedFillRow>(unmatchedFillColumns);
const keep = `INSERT INTO unmatched_fills (${names.join(", ")})
  SELECT ${names.join(", ")} FROM json_populate_recordset(NULL::unmatched_fills, $1::json) ON CONFLICT DO NOTHING`;
const list = `SELECT * FROM unmatched_fills WHERE account = $1 AND venue = $2 AND seq > $3 ORDER BY seq LIMIT $4`;
const remove = "DELETE FROM unmatched_fills WHERE seq = ANY ($1::bigint[])";
const prune = `DELETE FROM unmatched_fills WHERE account = $1 AND venue = $2 AND (kept_at < $3 OR seq <=
  (SELECT seq FROM unmatched_fills WHERE account = $1 AND venue = $2 ORDER BY seq DESC OFFSET $4 LIMIT 1)) RETURNING seq`;

/** The UnmatchedFills over Postgres. */
export function postgresUnmatchedFills(reader: Reader, open: () => void): UnmatchedFills {
  return {
    async keep(fills) {
      open();
      if (fills.length === 0) return;
      checkLimit(fills.length);
      await reader.write("unmatched_fills_keep", keep, [JSON.stringify(fills.map((fill) => jsonRow(fill)))]);
    },
    async list({ venue, account }, limit, afterSeq = 0) {
      open();
      checkLimit(limit);
      const rows = await reader.read<KeptFillRow>("unmatched_fills", list, [account, venue, afterSeq, limit]);
      return rows.map(keptFillOf);
    },
    async remove(seqs) {
      open();
      if (seqs.length === 0) return;
      checkLimit(seqs.length);
      await reader.write("unmatched_fills_remove", remove, [seqs]);
    },
    async prune({ venue, account }, before, countMax) {
      open();
      const values = [account, venue, isoTime(before), countMax];
      return (await reader.write("unmatched_fills_prune", prune, values)).length;
    },
  };
}

function jsonRow(fill: Parameters<typeof unmatchedFillRow>[0]) {
  const row = unmatchedFillRow(fill);
  return { ...row, venue_time: isoTime(fill.fill.venueTime), kept_at: isoTime(fill.keptAt) };
}
