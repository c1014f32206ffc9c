import { setTimeout as sleep } from "node:timers/promises";
import { type LeaseAnswer, type LeaseStore, SurefillError, venueAccountKey } from "@surefill/core";
import type { Reader } from "./reader.ts";
import { sharesTradingLock } from "./trading-lock.ts";

interface HeldRow {
  readonly epoch: number;
}

const expiry = "clock_timestamp() + $4 * interval '1 millisecond'";

interface OwnerRow {
  readonly owner: string;
  readonly is_held: boolean;
}

/**
 * The first time: the row that all later owners lock. Its epoch is that of nobody, and it has ended. It is there before
 * a trading state is changed, which then stamps it, or comes after: its owner reads the states once he has it.
 */
const prepare = `INSERT INTO venue_account_leases (account, venue, owner, epoch, expires_at)
  SELECT $1, $2, $3, 0, '-infinity' WHERE ${sharesTradingLock} ON CONFLICT DO NOTHING`;

/** Waits for a flush of ours that rests on the lease: skipping a locked row would lose a lease that is in use. */
const renew = `UPDATE venue_account_leases SET expires_at = ${expiry}
  WHERE account = $1 AND venue = $2 AND owner = $3 AND expires_at > clock_timestamp() RETURNING epoch`;

/** Does not wait: whoever has the row locked is taking it, or writes under the lease that has just ended. */
const takeFree = `UPDATE venue_account_leases l SET owner = $3, epoch = l.epoch + 1, expires_at = ${expiry}
  FROM (SELECT account, venue FROM venue_account_leases
    WHERE account = $1 AND venue = $2 AND expires_at <= clock_timestamp() FOR UPDATE SKIP LOCKED) AS free
  WHERE l.account = free.account AND l.venue = free.venue RETURNING l.epoch`;

const findOwner = `SELECT owner, expires_at > clock_timestamp() AS is_held FROM venue_account_leases
  WHERE account = $1 AND venue = $2`;

/**
 * Between attempts to take a lease that is free but locked. A flush of the owner before locks the row even where it
 * then finds the lease gone, and a free lease must not be reported as taken because of it.
 */
const lockedDelaysMs = [2, 5, 10, 20, 40, 80];

const release = `UPDATE venue_account_leases SET expires_at = clock_timestamp()
  WHERE account = $1 AND venue = $2 AND owner = $3 AND expires_at > clock_timestamp()`;

const held = `SELECT account, venue FROM venue_account_leases
  WHERE (account, venue) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND expires_at > clock_timestamp()`;

/** The LeaseStore over Postgres: time is the server's, the same for all. */
export function postgresLeases(reader: Reader, open: () => void): LeaseStore {
  return {
    async acquire({ venue, account }, owner, ttlMs) {
      open();
      if (!(ttlMs > 0)) throw new RangeError(`a lease of ${ttlMs} ms`);
      const values = [account, venue, owner, ttlMs] as const;
      const [renewed] = await reader.write<HeldRow>("lease_renew", renew, values);
      if (renewed !== undefined) return { kind: "HELD", epoch: renewed.epoch };
      await reader.write("lease_prepare", prepare, [account, venue, owner]);
      return take(reader, values);
    },
    async release({ venue, account }, owner) {
      open();
      await reader.write("lease_release", release, [account, venue, owner]);
    },
    async held(venueAccounts) {
      open();
      const accounts = venueAccounts.map(({ account }) => account);
      const venues = venueAccounts.map(({ venue }) => venue);
      const rows = await reader.read<{ readonly account: string; readonly venue: string }>("leases_held", held, [
        accounts,
        venues,
      ]);
      const keys = new Set(rows.map(({ account, venue }) => `${venue}/${account}`));
      return venueAccounts.filter((venueAccount) => keys.has(venueAccountKey(venueAccount)));
    },
  };
}

/** Takes a lease that is free, or tells who has it. */
async function take(
  reader: Reader,
  values: readonly [account: string, venue: string, ...unknown[]],
): Promise<LeaseAnswer> {
  let found: OwnerRow | undefined;
  for (const delayMs of [0, ...lockedDelaysMs]) {
    if (delayMs > 0) await sleep(delayMs);
    const [taken] = await reader.write<HeldRow>("lease_take", takeFree, values);
    if (taken !== undefined) return { kind: "HELD", epoch: taken.epoch };
    [found] = await reader.read<OwnerRow>("lease_owner", findOwner, values.slice(0, 2));
    if (found?.is_held !== false) break;
  }
  if (found === undefined) throw new SurefillError("INTERNAL", `the lease of ${values[1]}/${values[0]} has vanished`);
  return { kind: "TAKEN", owner: found.owner };
}
