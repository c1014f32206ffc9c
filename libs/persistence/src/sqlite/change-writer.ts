import { addSignedQuantity, type CommitResult, signedQuantity } from "@surefill/core";
import type { Database, Statement } from "better-sqlite3";
import { isTrue } from "../row/column.ts";
import type { HoldingRow, PositionRow } from "../row/position-row.ts";
import {
  type ChangeAnswer,
  type ChangeMessage,
  eventNames,
  fillNames,
  preparedNames,
  progressNames,
  type SqliteValues,
  termsNames,
} from "./change-message.ts";
import type { WriteTransaction } from "./write-transaction.ts";

type Refusal = Exclude<CommitResult["kind"], "COMMITTED">;

/** The statements of one flush: many changes in one transaction. Runs in the worker thread. */
export class ChangeWriter {
  readonly #database: Database;
  readonly #transactions: WriteTransaction;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, transactions: WriteTransaction) {
    this.#database = database;
    this.#transactions = transactions;
    this.#statements = prepare(database);
  }

  /**
   * Writes the changes in one transaction and answers each by its place. A row that the database won't take ends the
   * transaction; they are then written again, each on its own savepoint, so that it is refused alone.
   */
  write(changes: readonly ChangeMessage[]): readonly ChangeAnswer[] {
    try {
      return this.#transaction(changes, (change, now) => this.#writeChange(change, now));
    } catch (error) {
      if (!isConstraint(error)) throw error;
      return this.#transaction(changes, (change, now) => this.#writeAlone(change, now));
    }
  }

  #transaction(
    changes: readonly ChangeMessage[],
    writeOne: (change: ChangeMessage, now: number) => ChangeAnswer,
  ): readonly ChangeAnswer[] {
    return this.#transactions.run(() => {
      // Leases are judged by the time at which this transaction became the only one.
      const now = Date.now() * 1_000;
      return changes.map((change) => writeOne(change, now));
    });
  }

  #writeAlone(change: ChangeMessage, now: number): ChangeAnswer {
    const { savepoint, releaseSavepoint, rollbackToSavepoint } = this.#statements;
    savepoint.run();
    try {
      return this.#writeChange(change, now);
    } catch (error) {
      if (!isConstraint(error)) throw error;
      rollbackToSavepoint.run();
      return { refused: error.message };
    } finally {
      if (this.#database.inTransaction) releaseSavepoint.run();
    }
  }

  #writeChange(change: ChangeMessage, now: number): ChangeAnswer {
    const refusal = this.#writeOrder(change, now);
    if (refusal !== undefined) return refusal;
    const { insertEvent, insertAttempt, answerAttempt, insertFill } = this.#statements;
    for (const event of change.events) insertEvent.run(event);
    if (change.prepared !== undefined) insertAttempt.run(change.prepared);
    if (change.answer !== undefined) answerAttempt.run(change.answer);
    for (const fill of change.fills) insertFill.run(fill);
    for (const position of change.positions) this.#addToPosition(position);
    for (const holding of change.holdings) this.#addToHolding(holding);
    return "COMMITTED";
  }

  #writeOrder({ inserted, updated, fence }: ChangeMessage, now: number): Refusal | undefined {
    const { updateOrder, findLease } = this.#statements;
    if (fence !== undefined) {
      const { venue, account } = fence.venueAccount;
      if (findLease.get([account, venue, fence.epoch, now]) === undefined) return "STALE_LEASE";
    }
    if (inserted !== undefined) return this.#insertOrder(inserted);
    return updateOrder.run(updated).changes === 1 ? undefined : "STALE_VERSION";
  }

  #insertOrder(inserted: SqliteValues): Refusal | undefined {
    const { insertOrder, findClientOrderId } = this.#statements;
    try {
      return insertOrder.run(inserted).changes === 1 ? undefined : "DUPLICATE_ORDER";
    } catch (error) {
      // The same order again has both its ids taken, and SQLite looks at the primary key first.
      const taken = [inserted[clientOrderIdPlace] ?? null, inserted[accountPlace] ?? null];
      if (isConstraint(error) && findClientOrderId.get(taken) !== undefined) return "DUPLICATE_ORDER";
      throw error;
    }
  }

  #addToPosition({ position_id, instrument, account, venue, ...posting }: PositionRow): void {
    const { findPosition, insertPosition, updatePosition } = this.#statements;
    const key = [position_id, instrument, account, venue];
    const before = findPosition.get(key);
    if (before === undefined) insertPosition.run([...key, ...summed(posting)]);
    else updatePosition.run([sum(before, posting.quantity), posting.updated_at, ...key]);
  }

  #addToHolding({ instrument, account, venue, ...posting }: HoldingRow): void {
    const { findHolding, insertHolding, updateHolding } = this.#statements;
    const key = [account, instrument, venue];
    const before = findHolding.get(key);
    if (before === undefined) insertHolding.run([...key, ...summed(posting)]);
    else updateHolding.run([sum(before, posting.quantity), posting.updated_at, ...key]);
  }
}

const accountPlace = termsNames.indexOf("account");
const clientOrderIdPlace = termsNames.indexOf("client_order_id");

const summedNames = ["quantity", "simulated", "opened_at", "updated_at"];
const positionKey = ["position_id", "instrument", "account", "venue"];
const holdingKey = ["account", "instrument", "venue"];

function summed(posting: Pick<HoldingRow, "quantity" | "simulated" | "opened_at" | "updated_at">): SqliteValues {
  return [posting.quantity, Number(isTrue(posting.simulated)), posting.opened_at, posting.updated_at];
}

function prepare(database: Database) {
  const run = (sql: string) => database.prepare<[SqliteValues]>(sql);
  const insert = (table: string, names: readonly string[]) =>
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  const find = (table: string, key: readonly string[]): Statement<[SqliteValues], string> =>
    database.prepare<[SqliteValues], string>(`SELECT quantity FROM ${table} WHERE ${where(key)}`).pluck();
  const add = (table: string, key: readonly string[]) =>
    `UPDATE ${table} SET quantity = ?, updated_at = max(updated_at, ?) WHERE ${where(key)}`;
  const set = progressNames.map((name) => `${name} = ?`).join(", ");
  return {
    savepoint: database.prepare<[]>("SAVEPOINT one"),
    releaseSavepoint: database.prepare<[]>("RELEASE one"),
    rollbackToSavepoint: database.prepare<[]>("ROLLBACK TO one"),
    findLease: run(
      "SELECT 1 FROM venue_account_leases WHERE account = ? AND venue = ? AND epoch = ? AND expires_at > ?",
    ),
    findClientOrderId: run("SELECT 1 FROM orders WHERE client_order_id = ? AND account = ?"),
    insertOrder: run(
      `${insert("orders", [...termsNames, ...progressNames])} ON CONFLICT (client_order_id, account) DO NOTHING`,
    ),
    updateOrder: run(`UPDATE orders SET ${set} WHERE order_id = ? AND version = ?`),
    insertEvent: run(insert("order_events", eventNames)),
    insertAttempt: run(insert("attempts", preparedNames)),
    answerAttempt: run(
      `UPDATE attempts SET outcome = ?, raw_answer = coalesce(?, raw_answer), answered_at = ?
        WHERE order_id = ? AND number = ?`,
    ),
    insertFill: run(insert("fills", fillNames)),
    findPosition: find("positions", positionKey),
    insertPosition: run(insert("positions", [...positionKey, ...summedNames])),
    updatePosition: run(add("positions", positionKey)),
    findHolding: find("holdings", holdingKey),
    insertHolding: run(insert("holdings", [...holdingKey, ...summedNames])),
    updateHolding: run(add("holdings", holdingKey)),
  };
}

function where(key: readonly string[]): string {
  return key.map((name) => `${name} = ?`).join(" AND ");
}

function sum(before: string, change: string): string {
  return addSignedQuantity(signedQuantity(before), signedQuantity(change));
}

/** Whether SQLite refused a row for what is in it, so that the transaction without it can succeed. */
function isConstraint(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/.test(code);
}
