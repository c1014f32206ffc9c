import { addSignedQuantity, type CommitResult, signedQuantity } from "@surefill/core";
import type { Database, Statement } from "better-sqlite3";
import {
  type ChangeAnswer,
  type ChangeMessage,
  ChangeReader,
  messageNames,
  type SqliteValues,
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

  /** Adds an event that changes nothing else, unless it is there already. */
  tell(event: SqliteValues): void {
    this.#transactions.run(() => this.#statements.tellEvent.run(event));
  }

  #transaction(
    changes: readonly ChangeMessage[],
    writeOne: (change: ChangeReader, now: number) => ChangeAnswer,
  ): readonly ChangeAnswer[] {
    return this.#transactions.run(() => {
      // Leases are judged by the time at which this transaction became the only one.
      const now = Date.now() * 1_000;
      return changes.map((change) => writeOne(new ChangeReader(change), now));
    });
  }

  #writeAlone(change: ChangeReader, now: number): ChangeAnswer {
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

  #writeChange(change: ChangeReader, now: number): ChangeAnswer {
    const refusal = this.#writeOrder(change, now);
    if (refusal !== undefined) return refusal;
    const { insertEvent, insertAttempt, answerAttempt, insertFill } = this.#statements;
    for (const event of change.rows(messageNames.event)) insertEvent.run(event);
    for (const attempt of change.rows(messageNames.prepared)) insertAttempt.run(attempt);
    for (const answer of change.rows(messageNames.answer)) answerAttempt.run(answer);
    for (const fill of change.rows(messageNames.fill)) insertFill.run(fill);
    for (const posting of change.rows(messageNames.position)) this.#add(this.#statements.positions, posting);
    for (const posting of change.rows(messageNames.holding)) this.#add(this.#statements.holdings, posting);
    return "COMMITTED";
  }

  #writeOrder(change: ChangeReader, now: number): Refusal | undefined {
    const { updateOrder, findLease } = this.#statements;
    const fence = change.row(messageNames.fence);
    const terms = change.row(messageNames.terms);
    // Progress, order id and version before: what an update takes.
    const updated = change.values(messageNames.progress.length + 2);
    if (fence !== undefined) {
      const [account = null, venue = null, epoch = null, tradingEpoch = null] = fence;
      const lastEpoch = findLease.get([account, venue, epoch, now]);
      if (lastEpoch === undefined) return "STALE_LEASE";
      if (tradingEpoch !== null && Number(tradingEpoch) < lastEpoch) return "STALE_TRADING_STATE";
    }
    if (terms !== undefined) return this.#insertOrder(terms, updated.slice(0, -2));
    return updateOrder.run(updated).changes === 1 ? undefined : "STALE_VERSION";
  }

  #insertOrder(terms: SqliteValues, progress: SqliteValues): Refusal | undefined {
    const { insertOrder, findClientOrderId } = this.#statements;
    try {
      return insertOrder.run([...terms, ...progress]).changes === 1 ? undefined : "DUPLICATE_ORDER";
    } catch (error) {
      // The same order again has both its ids taken, and SQLite looks at the primary key first.
      const taken = [terms[clientOrderIdPlace] ?? null, terms[accountPlace] ?? null];
      if (isConstraint(error) && findClientOrderId.get(taken) !== undefined) return "DUPLICATE_ORDER";
      throw error;
    }
  }

  /** Adds a posting to its sum: decimals are text here, so they are added in this thread. */
  #add({ insert, find, update, quantityPlace, updatedAtPlace }: SumStatements, posting: SqliteValues): void {
    if (insert.run(posting).changes === 1) return;
    const key = posting.slice(0, quantityPlace);
    const before = signedQuantity(find.get(key) ?? "0");
    const change = signedQuantity(String(posting[quantityPlace]));
    update.run([addSignedQuantity(before, change), posting[updatedAtPlace] ?? null, ...key]);
  }
}

const accountPlace = messageNames.terms.indexOf("account");
const clientOrderIdPlace = messageNames.terms.indexOf("client_order_id");

interface SumStatements {
  /** Changes nothing where there is a sum already. */
  readonly insert: Statement<[SqliteValues]>;
  readonly find: Statement<[SqliteValues], string>;
  readonly update: Statement<[SqliteValues]>;
  /** The columns before it are the key. */
  readonly quantityPlace: number;
  readonly updatedAtPlace: number;
}

function sumStatements(database: Database, table: string, names: readonly string[]): SumStatements {
  const quantityPlace = names.indexOf("quantity");
  const key = names.slice(0, quantityPlace);
  const where = key.map((name) => `${name} = ?`).join(" AND ");
  const update = `UPDATE ${table} SET quantity = ?, updated_at = max(updated_at, ?) WHERE ${where}`;
  return {
    insert: database.prepare(`${insertInto(table, names)} ON CONFLICT (${key.join(", ")}) DO NOTHING`),
    find: database.prepare<[SqliteValues], string>(`SELECT quantity FROM ${table} WHERE ${where}`).pluck(),
    update: database.prepare(update),
    quantityPlace,
    updatedAtPlace: names.indexOf("updated_at"),
  };
}

function insertInto(table: string, names: readonly string[]): string {
  return `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
}

function prepare(database: Database) {
  const run = (sql: string) => database.prepare<[SqliteValues]>(sql);
  const { terms, progress, event, prepared, fill, position, holding } = messageNames;
  const set = progress.map((name) => `${name} = ?`).join(", ");
  return {
    savepoint: database.prepare<[]>("SAVEPOINT one"),
    releaseSavepoint: database.prepare<[]>("RELEASE one"),
    rollbackToSavepoint: database.prepare<[]>("ROLLBACK TO one"),
    findLease: database
      .prepare<[SqliteValues], number>(
        `SELECT trading_epoch FROM venue_account_leases
          WHERE account = ? AND venue = ? AND epoch = ? AND expires_at > ?`,
      )
      .pluck(),
    findClientOrderId: run("SELECT 1 FROM orders WHERE client_order_id = ? AND account = ?"),
    insertOrder: run(
      `${insertInto("orders", [...terms, ...progress])} ON CONFLICT (client_order_id, account) DO NOTHING`,
    ),
    updateOrder: run(`UPDATE orders SET ${set} WHERE order_id = ? AND version = ?`),
    insertEvent: run(insertInto("order_events", event)),
    tellEvent: run(`${insertInto("order_events", event)} ON CONFLICT (order_id, version, type) DO NOTHING`),
    insertAttempt: run(insertInto("attempts", prepared)),
    answerAttempt: run(
      `UPDATE attempts SET outcome = ?, raw_answer = coalesce(?, raw_answer), answered_at = ?
        WHERE order_id = ? AND number = ?`,
    ),
    insertFill: run(insertInto("fills", fill)),
    positions: sumStatements(database, "positions", position),
    holdings: sumStatements(database, "holdings", holding),
  };
}

/** Whether SQLite refused a row for what is in it, so that the transaction without it can succeed. */
function isConstraint(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/.test(code);
}
