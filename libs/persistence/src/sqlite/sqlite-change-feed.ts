import type { Database } from "better-sqlite3";
import { Listeners } from "../store/listeners.ts";

const pollMs = 20;

/**
 * The ChangeFeed over SQLite. `PRAGMA data_version` moves with every commit of another connection, whichever process it
 * is in; it is read while somebody listens. Commits of this process are told at once.
 */
export class SqliteChangeFeed {
  readonly #database: Database;
  readonly #listeners: Listeners;
  #timer: NodeJS.Timeout | undefined;
  #version = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#listeners = new Listeners({ onFirst: () => this.#start(), onLast: () => this.#stop() });
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells of a commit of this process. */
  notify(): void {
    this.#listeners.notify();
  }

  close(): void {
    this.#listeners.clear();
  }

  #start(): void {
    this.#version = this.#readVersion();
    this.#timer = setInterval(() => this.#poll(), pollMs);
    this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    const version = this.#readVersion();
    if (version === this.#version) return;
    this.#version = version;
    this.#listeners.notify();
  }

  #readVersion(): number {
    return Number(this.#database.pragma("data_version", { simple: true }));
  }
}
