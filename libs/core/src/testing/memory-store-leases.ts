import { venueAccountKey } from "../account/venue-account.ts";
import type { LeaseStore } from "../store/lease-store.ts";
import type { Clock } from "../time/clock.ts";
import { addMs } from "../time/wall-time.ts";
import type { MemoryLease, MemoryTables } from "./memory-store-tables.ts";

/** The LeaseStore over MemoryTables; the injected clock stands for the database's. */
export function memoryLeases(tables: MemoryTables, clock: Clock, open: () => void): LeaseStore {
  const heldLease = (key: string): MemoryLease | undefined => {
    const lease = tables.leases.get(key);
    return lease !== undefined && lease.expiresAt > clock.wall() ? lease : undefined;
  };
  return {
    async acquire(venueAccount, owner, ttlMs) {
      open();
      if (!(ttlMs > 0)) throw new RangeError(`a lease of ${ttlMs} ms`);
      const key = venueAccountKey(venueAccount);
      const held = heldLease(key);
      if (held !== undefined && held.owner !== owner) return { kind: "TAKEN", owner: held.owner };
      const epoch = held?.epoch ?? (tables.leases.get(key)?.epoch ?? 0) + 1;
      tables.leases.set(key, { owner, epoch, expiresAt: addMs(clock.wall(), ttlMs) });
      return { kind: "HELD", epoch };
    },
    async release(venueAccount, owner) {
      open();
      const key = venueAccountKey(venueAccount);
      const held = heldLease(key);
      if (held?.owner === owner) tables.leases.set(key, { ...held, expiresAt: clock.wall() });
    },
    async held(venueAccounts) {
      open();
      return venueAccounts.filter((venueAccount) => heldLease(venueAccountKey(venueAccount)) !== undefined);
    },
  };
}
