import { emptyRateLedger } from "../gate/rate-ledger.ts";
import type { RateLedgerKey, RateLedgerStore } from "../store/rate-ledger-store.ts";
import type { Clock } from "../time/clock.ts";
import type { MemoryTables } from "./memory-store-tables.ts";

/** The RateLedgerStore over MemoryTables; the injected clock stands for the database's. */
export function memoryRates({ rateLedgers }: MemoryTables, clock: Clock, open: () => void): RateLedgerStore {
  return {
    async read(of) {
      open();
      const stored = rateLedgers.get(textOf(of));
      return { version: 0, ledger: emptyRateLedger, ...stored, now: clock.wall() };
    },
    async replace(of, versionBefore, ledger) {
      open();
      const key = textOf(of);
      if ((rateLedgers.get(key)?.version ?? 0) !== versionBefore) return false;
      rateLedgers.set(key, { version: versionBefore + 1, ledger });
      return true;
    },
  };
}

function textOf({ venue, account }: RateLedgerKey): string {
  return `${venue}/${account ?? ""}`;
}
