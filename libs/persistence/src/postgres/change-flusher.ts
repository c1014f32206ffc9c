import { setTimeout as sleep } from "node:timers/promises";
import { type CommitResult, type Log, SurefillError } from "@surefill/core";
import type { Client } from "pg";
import { refusedRow } from "../commit/commit-group.ts";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { ArrayWriter } from "./array-writer.ts";
import { connect, isConnectionLoss, lockMsMax, sqlState, unavailable, writerSettings } from "./connection.ts";
import { type FlushRow, type FlushStatement, flushStatement } from "./flush-statement.ts";
import { provenCommitted } from "./proven-committed.ts";

type Answer = CommitResult | SurefillError;

/** Between attempts to connect; after the last one the flush is answered with STORE_UNAVAILABLE. */
const reconnectDelaysMs = [0, 100, 200, 400, 800, 1_600];
/** How long a change that is written alone waits for a row that somebody keeps locked. */
const lockMsAlone = 20;
/** Between attempts of a transaction that Postgres ended for the sake of another one. */
const rivalryDelaysMs = [0, 5, 10, 20, 40];

/** Writes batches of changes, one at a time, over a connection of its own, which it replaces when it breaks. */
export class ChangeFlusher {
  readonly #url: string;
  readonly #log: Log;
  readonly #writer = new ArrayWriter();
  #client: Client | undefined;

  constructor(url: string, log: Log) {
    this.#url = url;
    this.#log = log;
  }

  /** Connects, so that a wrong url is told at once. @throws SurefillError STORE_UNAVAILABLE. */
  async open(): Promise<void> {
    this.#client = await this.#connect();
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  /** One answer per change, in order. Never rejects. */
  async flush(changes: readonly EncodedChange[]): Promise<readonly Answer[]> {
    try {
      return await this.#write(changes, flushStatement(changes, this.#writer));
    } catch (error) {
      if (error instanceof SurefillError) return changes.map(() => error);
      if (error instanceof StatementError) return this.#answerAfter(changes, error.cause);
      // Nothing was sent: a fault of ours.
      const fault = SurefillError.from(error);
      return changes.map(() => fault);
    }
  }

  /** @throws SurefillError where no connection is to be had, StatementError where the statement failed. */
  async #write(
    changes: readonly EncodedChange[],
    { query, fenceOfChange }: FlushStatement,
  ): Promise<readonly Answer[]> {
    for (const [attempt, delayMs] of rivalryDelaysMs.entries()) {
      if (delayMs > 0) await sleep(delayMs);
      // No await where there is a connection: the statement leaves in the same turn.
      const client = this.#client ?? (await this.#connected());
      try {
        const { rows } = await client.query<FlushRow>(query);
        return changes.map((change, place) => resultOf(change, place, fenceOfChange[place], rows[0]));
      } catch (error) {
        // A deadlock or a serialization failure: Postgres has undone all of it and says so.
        const isRivalry = sqlState(error)?.startsWith("40") === true;
        if (!isRivalry || attempt === rivalryDelaysMs.length - 1) throw new StatementError("flush", { cause: error });
      }
    }
    throw new Error("the last attempt returns or throws");
  }

  async #answerAfter(changes: readonly EncodedChange[], error: unknown): Promise<readonly Answer[]> {
    if (isConnectionLoss(error)) return this.#answerAfterLoss(changes, error);
    const [only] = changes;
    if (isOfOneRow(error)) {
      return changes.length === 1 && only !== undefined ? [refusal(only, error)] : this.#writeInParts(changes);
    }
    if (isLocked(error) && changes.length > 1) return this.#writeOneByOne(changes);
    const failure = unavailable(this.#url, error);
    return changes.map(() => failure);
  }

  /**
   * Something in these changes can't be stored. Halves are written again, each in its own transaction, until what is
   * refused stands alone.
   */
  async #writeInParts(changes: readonly EncodedChange[]): Promise<readonly Answer[]> {
    const half = Math.ceil(changes.length / 2);
    const first = await this.flush(changes.slice(0, half));
    return [...first, ...(await this.flush(changes.slice(half)))];
  }

  /** Somebody keeps a row locked. Each change is written alone, so that no other waits for it more than a moment. */
  async #writeOneByOne(changes: readonly EncodedChange[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    await this.#setLockWait(lockMsAlone);
    for (const change of changes) answers.push(...(await this.flush([change])));
    await this.#setLockWait(lockMsMax);
    return answers;
  }

  /** A connection that is made meanwhile has the usual wait, and needs no setting back. */
  async #setLockWait(ms: number): Promise<void> {
    await this.#client?.query(`SET lock_timeout = ${ms}`).catch(() => {});
  }

  /**
   * The connection broke under the statement, so nobody knows whether it was committed. What the database proves is
   * answered; the rest is unknown, for a statement whose end nobody heard may still be running there.
   */
  async #answerAfterLoss(changes: readonly EncodedChange[], error: unknown): Promise<readonly Answer[]> {
    this.#log.warn({ error, changes: changes.length }, "the connection to PostgreSQL broke during a commit");
    this.#drop();
    const failure = unavailable(this.#url, error);
    try {
      const proven = await provenCommitted(await this.#connected(), changes);
      return changes.map((change) => (proven.has(change.orderId) ? { kind: "COMMITTED" } : failure));
    } catch {
      return changes.map(() => failure);
    }
  }

  async #connected(): Promise<Client> {
    let failure: unknown;
    for (const delayMs of reconnectDelaysMs) {
      if (this.#client !== undefined) return this.#client;
      if (delayMs > 0) await sleep(delayMs);
      try {
        this.#client = await this.#connect();
      } catch (error) {
        failure = error;
      }
    }
    if (this.#client !== undefined) return this.#client;
    throw failure;
  }

  async #connect(): Promise<Client> {
    const client = await connect(this.#url, writerSettings);
    // A connection that breaks while nothing is written is replaced before the next flush.
    const forget = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on("error", forget);
    client.on("end", forget);
    return client;
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    // Ends the socket at once where a query is still waiting; how that goes does not matter any more.
    client?.end().catch(() => {});
  }
}

function resultOf(
  change: EncodedChange,
  place: number,
  fencePlace: number | null | undefined,
  row: FlushRow | undefined,
): CommitResult {
  if (row?.written?.includes(place)) return { kind: "COMMITTED" };
  if (typeof fencePlace === "number" && !row?.held?.includes(fencePlace)) return { kind: "STALE_LEASE" };
  if (typeof fencePlace === "number" && !row?.current?.includes(fencePlace)) return { kind: "STALE_TRADING_STATE" };
  return { kind: change.versionBefore === undefined ? "DUPLICATE_ORDER" : "STALE_VERSION" };
}

/** Whether an error is of what is in one row: data, constraints, limits. The other changes can do without it. */
function isOfOneRow(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? "");
}

/** Whether a row was locked by somebody else for longer than is waited. */
function isLocked(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

function refusal({ orderId }: EncodedChange, error: unknown): SurefillError {
  return refusedRow(orderId, error instanceof Error ? error.message : String(error), error);
}

/** What the database answered to a statement, or what broke under it: `cause`. */
class StatementError extends Error {}
