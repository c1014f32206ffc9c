import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "@surefill/core";
import type { Client } from "pg";
import { Listeners } from "../store/listeners.ts";
import { connect } from "./connection.ts";
import { channel } from "./flush-statement.ts";

const reconnectMs = 100;
const reconnectMsMax = 5_000;

/**
 * The ChangeFeed over Postgres: LISTEN on a connection of its own while somebody subscribes, made again whenever it
 * breaks. Commits of this process are told at once. What is missed while there is no connection is made good by waking
 * everybody once there is one again.
 */
export class PostgresChangeFeed {
  readonly #url: string;
  readonly #log: Log;
  readonly #listeners: Listeners;
  #stop: AbortController | undefined;
  #listening: Promise<void> = Promise.resolve();

  constructor(url: string, log: Log) {
    this.#url = url;
    this.#log = log;
    this.#listeners = new Listeners({ onFirst: () => this.#start(), onLast: () => this.#stop?.abort() });
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells of a commit of this process. */
  notify(): void {
    this.#listeners.notify();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#listening;
  }

  #start(): void {
    const stop = new AbortController();
    this.#stop = stop;
    // A connection that is just being given up goes first.
    this.#listening = this.#listening.then(() => this.#listen(stop.signal));
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let delayMs = reconnectMs;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(signal);
        delayMs = reconnectMs;
      } catch (error) {
        if (signal.aborted) return;
        this.#log.warn({ error, delayMs }, "PostgreSQL's notifications are interrupted; connecting again");
        await sleep(delayMs, undefined, { signal }).catch(() => {});
        delayMs = Math.min(delayMs * 2, reconnectMsMax);
      }
    }
  }

  /** Resolves when `signal` aborts; throws when the connection breaks. */
  async #listenOnce(signal: AbortSignal): Promise<void> {
    const client = await connect(this.#url);
    try {
      client.on("notification", () => this.#listeners.notify());
      await client.query(`LISTEN ${channel}`);
      // Whatever was committed before the LISTEN.
      this.#listeners.notify();
      await untilEnd(client, signal);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function untilEnd(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    client.once("error", reject);
    client.once("end", () => reject(new Error("the connection ended")));
  });
}
