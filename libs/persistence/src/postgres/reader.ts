import { SurefillError } from "@surefill/core";
import { type ClientBase, Pool, type QueryResultRow } from "pg";
import { connectionConfig, isConnectionLoss, unavailable } from "./connection.ts";

const connectionsMax = 8;
/** A pooled connection may have died unnoticed; a read can simply be made again. */
const attemptsMax = 3;

/** Short statements outside of flushes: reads, and the calls of the LeaseStore. */
export class Reader {
  readonly #url: string;
  readonly #pool: Pool;

  constructor(url: string) {
    this.#url = url;
    this.#pool = new Pool({ ...connectionConfig(url), max: connectionsMax });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on("error", () => {});
  }

  /** Prepared under `name`. @throws SurefillError STORE_UNAVAILABLE when the database can't be reached. */
  async read<Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    let failure: unknown;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      try {
        return (await this.#pool.query<Row>({ name, text, values: [...values] })).rows;
      } catch (error) {
        if (!isConnectionLoss(error)) throw SurefillError.from(error);
        failure = error;
      }
    }
    throw unavailable(this.#url, failure);
  }

  /** As read, for a statement that must not be made twice unless it certainly was not made. */
  async write<Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>({ name, text, values: [...values] })).rows;
    } catch (error) {
      throw isConnectionLoss(error) ? unavailable(this.#url, error) : SurefillError.from(error);
    }
  }

  /**
   * What `work` gives, once all of it is durable; nothing is left where it throws. @throws SurefillError
   * STORE_UNAVAILABLE when the database can't be reached: whether it was done is then unknown.
   */
  transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    return this.#between("BEGIN", work);
  }

  /** What `work` reads, all of it of one moment; no writer and no reader of events waits for it. */
  snapshot<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    return this.#between("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work);
  }

  async #between<T>(begin: string, work: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw unavailable(this.#url, error);
    });
    // The pool listens to idle connections alone: one that breaks between two statements would end the process.
    client.on("error", ignore);
    try {
      await client.query(begin);
      const result = await work(client);
      await client.query("COMMIT");
      client.off("error", ignore);
      client.release();
      return result;
    } catch (error) {
      // Rolled back by closing: whatever state the connection is in, no transaction of ours stays open.
      client.release(true);
      throw isConnectionLoss(error) && !(error instanceof SurefillError)
        ? unavailable(this.#url, error)
        : SurefillError.from(error);
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/** Whatever is asked of the connection next fails, and tells. */
function ignore(): void {}
