import { setTimeout as sleep } from "node:timers/promises";
import { type CommitResult, type Log, SurefillError } from "@surefill/core";
import type { Client } from "pg";
import { refusedRow } from "../commit/commit-group.ts";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { ArrayWriter } from "./array-writer.ts";
import { connect, isConnectionLoss, sqlState, unavailable, writerSettings } from "./connection.ts";
import { type FlushRow, flushStatement } from "./flush-statement.ts";
import { provenCommitted } from "./proven-committed.ts";

type Answer = CommitResult | SurefillError;

/** Between attempts to connect; after the last one the flush is answered with STORE_UNAVAILABLE. */
const reconnectDelaysMs = [0, 100, 200, 400, 800, 1_600];
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

  /** One answer per change, in order. Never throws. */
  async flush(changes: readonly EncodedChange[]): Promise<readonly Answer[]> {
    try {
      return await this.#write(changes);
    } catch (error) {
      if (error instanceof SurefillError) return changes.map(() => error);
      if (isConnectionLoss(error)) return this.#answerAfterLoss(changes, error);
      if (isOfOneRow(error)) return this.#writeInParts(changes, error);
      const failure = unavailable(this.#url, error);
      return changes.map(() => failure);
    }
  }

  async #write(changes: readonly EncodedChange[]): Promise<readonly Answer[]> {
    const { query, fenceOfChange } = flushStatement(changes, this.#writer);
    for (const [attempt, delayMs] of rivalryDelaysMs.entries()) {
      if (delayMs > 0) await sleep(delayMs);
      // No await where there is a connection: the statement leaves in the same turn.
      const client = this.#client ?? (await this.#connected());
      try {
        const { rows } = await client.query<FlushRow>(query);
        return changes.map((change, place) => resultOf(change, place, fenceOfChange[place], rows[0]));
      } catch (error) {
        // A deadlock or a serialization failure: Postgres has undone all of it and says so.
        if (sqlState(error)?.startsWith("40") !== true || attempt === rivalryDelaysMs.length - 1) throw error;
      }
    }
    throw new Error("unreachable: the last attempt returns or throws");
  }

  /**
   * Something in these changes can't be stored. Halves are written again, each in its own transaction, until what is
   * refused stands alone.
   */
  async #writeInParts(changes: readonly EncodedChange[], error: unknown): Promise<readonly Answer[]> {
    const [only] = changes;
    if (changes.length === 1 && only !== undefined) return [refusal(this.#url, only, error)];
    const half = Math.ceil(changes.length / 2);
    const first = await this.flush(changes.slice(0, half));
    return [...first, ...(await this.flush(changes.slice(half)))];
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
    client.on("end", () => {
      if (this.#client === client) this.#client = undefined;
    });
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
  return { kind: change.versionBefore === undefined ? "DUPLICATE_ORDER" : "STALE_VERSION" };
}

/**
 * Whether an error is of what is in one row (data, constraints, limits), or of a row that somebody keeps locked: the
 * other changes of the batch can do without it.
 */
function isOfOneRow(error: unknown): boolean {
  return /^(22|23|54|55P03|57014)/.test(sqlState(error) ?? "");
}

function refusal(url: string, { orderId }: EncodedChange, error: unknown): SurefillError {
  if (/^(55P03|57014)/.test(sqlState(error) ?? "")) return unavailable(url, error);
  return refusedRow(orderId, error instanceof Error ? error.message : String(error), error);
}
