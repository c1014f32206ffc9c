import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import type { FillCursors } from "../store/fill-cursors.ts";
import type { KeptFill, UnmatchedFill, UnmatchedFills } from "../store/unmatched-fills.ts";
import type { MemoryTables } from "./memory-store-tables.ts";

const rowsMax = 1_000;

/** The FillCursors over MemoryTables. */
export function memoryFillCursors(tables: MemoryTables, open: () => void): FillCursors {
  return {
    async find(venueAccount) {
      open();
      return tables.fillCursors.get(venueAccountKey(venueAccount));
    },
    async save(venueAccount, cursor) {
      open();
      tables.fillCursors.set(venueAccountKey(venueAccount), cursor);
    },
  };
}

/** The UnmatchedFills over MemoryTables. */
export function memoryUnmatchedFills(tables: MemoryTables, open: () => void): UnmatchedFills {
  const ofAccount = (venueAccount: VenueAccount): readonly KeptFill[] =>
    [...tables.unmatchedFills.values()].filter((kept) => venueAccountKey(kept) === venueAccountKey(venueAccount));
  const forget = (gone: readonly { readonly seq: number }[]) => {
    const seqs = new Set(gone.map(({ seq }) => seq));
    for (const [key, { seq }] of tables.unmatchedFills) if (seqs.has(seq)) tables.unmatchedFills.delete(key);
  };
  return {
    async keep(fills) {
      open();
      if (fills.length > rowsMax) throw new RangeError(`${fills.length} fills in one call; at most ${rowsMax}`);
      for (const fill of fills) {
        const key = keyOf(fill);
        if (tables.unmatchedFills.has(key)) continue;
        tables.unmatchedFillCount += 1;
        tables.unmatchedFills.set(key, { ...fill, seq: tables.unmatchedFillCount });
      }
    },
    async list(venueAccount, limit, afterSeq = 0) {
      open();
      return ofAccount(venueAccount)
        .filter(({ seq }) => seq > afterSeq)
        .slice(0, limit);
    },
    async remove(seqs) {
      open();
      forget(seqs.map((seq) => ({ seq })));
    },
    async prune(venueAccount, before, countMax) {
      open();
      const all = ofAccount(venueAccount);
      const gone = all.filter(({ keptAt }, place) => keptAt < before || place < all.length - countMax);
      forget(gone);
      return gone.length;
    },
  };
}

function keyOf({ submitKey, instrument, fill, ...venueAccount }: UnmatchedFill): string {
  const { venueOrderId, venueFillId } = fill;
  const names = [instrument ?? "", submitKey ?? "", venueOrderId, venueFillId];
  return JSON.stringify([venueAccountKey(venueAccount), ...names]);
}
