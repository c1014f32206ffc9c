import type { Database } from "better-sqlite3";
import { busyMs } from "./open-database.ts";

/** SQLite's shortest wait for a lock. */
const busyStepMs = 1;

/**
 * The one way to write: a transaction that nothing can come between, from its first statement on. Another process's
 * transaction is waited for in short steps, for SQLite's own steps grow to 100 ms, and one of two busy writers would
 * sleep through the other's pauses. @throws what SQLite throws; SQLITE_BUSY after 5 s.
 */
export class WriteTransaction {
  readonly #database: Database;
  readonly #statements;

  constructor(database: Database) {
    database.pragma(`busy_timeout = ${busyStepMs}`);
    this.#database = database;
    this.#statements = {
      begin: database.prepare<[]>("BEGIN IMMEDIATE"),
      commit: database.prepare<[]>("COMMIT"),
      rollback: database.prepare<[]>("ROLLBACK"),
    };
  }

  /** What `work` gives, once it is durable; nothing of it is left where it throws. */
  run<T>(work: () => T): T {
    this.#begin();
    try {
      const result = work();
      this.#statements.commit.run();
      return result;
    } catch (error) {
      if (this.#database.inTransaction) this.#statements.rollback.run();
      throw error;
    }
  }

  #begin(): void {
    const giveUpMs = performance.now() + busyMs;
    for (;;) {
      try {
        this.#statements.begin.run();
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() >= giveUpMs) throw error;
      }
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
