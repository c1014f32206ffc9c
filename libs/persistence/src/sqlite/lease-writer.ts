import type { LeaseAnswer } from "@surefill/core";
import type { Database } from "better-sqlite3";
import type { WriteTransaction } from "./write-transaction.ts";

/** One call of the LeaseStore that writes. */
export interface LeaseCall {
  readonly venue: string;
  readonly account: string;
  readonly owner: string;
}

interface LeaseRow {
  readonly owner: string;
  readonly epoch: number;
  readonly expires_at: number;
}

/** Leases in SQLite: one transaction each, which no other writer can come between. Runs in the worker thread. */
export class LeaseWriter {
  readonly #acquire: (call: LeaseCall, ttlMs: number) => LeaseAnswer;
  readonly #release: (call: LeaseCall) => void;

  constructor(database: Database, transactions: WriteTransaction) {
    const find = database.prepare<[string, string], LeaseRow>(
      "SELECT owner, epoch, expires_at FROM venue_account_leases WHERE account = ? AND venue = ?",
    );
    const put = database.prepare<[string, string, string, number, number]>(
      `INSERT INTO venue_account_leases (account, venue, owner, epoch, expires_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET owner = excluded.owner, epoch = excluded.epoch, expires_at = excluded.expires_at`,
    );
    const heldNow = ({ account, venue }: LeaseCall, now: number): LeaseRow | undefined => {
      const lease = find.get(account, venue);
      return lease !== undefined && lease.expires_at > now ? lease : undefined;
    };
    const acquireNow = (call: LeaseCall, ttlMs: number): LeaseAnswer => {
      const { account, venue, owner } = call;
      const now = Date.now() * 1_000;
      const held = heldNow(call, now);
      if (held !== undefined && held.owner !== owner) return { kind: "TAKEN", owner: held.owner };
      const epoch = held?.epoch ?? (find.get(account, venue)?.epoch ?? 0) + 1;
      put.run(account, venue, owner, epoch, now + Math.round(ttlMs * 1_000));
      return { kind: "HELD", epoch };
    };
    const releaseNow = (call: LeaseCall): void => {
      const { account, venue, owner } = call;
      const now = Date.now() * 1_000;
      const held = heldNow(call, now);
      if (held !== undefined && held.owner === owner) put.run(account, venue, owner, held.epoch, now);
    };
    this.#acquire = (call, ttlMs) => transactions.run(() => acquireNow(call, ttlMs));
    this.#release = (call) => transactions.run(() => releaseNow(call));
  }

  acquire(call: LeaseCall, ttlMs: number): LeaseAnswer {
    return this.#acquire(call, ttlMs);
  }

  release(call: LeaseCall): void {
    this.#release(call);
  }
}
