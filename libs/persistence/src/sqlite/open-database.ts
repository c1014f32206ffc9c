import { SurefillError } from "@surefill/core";
import type { Database, Options } from "better-sqlite3";

/** better-sqlite3 13 ends the process with a segmentation fault on older ones: its Node-API is newer than theirs. */
const nodeVersionMin = [22, 14] as const;
/** How long a statement waits for another process's transaction. */
export const busyMs = 5_000;

/**
 * Opens the file with the settings that durability rests on, the same in every thread and process. WAL lets readers and
 * one writer work side by side; synchronous=FULL waits for the disk at each commit, and on macOS fullfsync makes that
 * wait reach the platter. @throws SurefillError STORE_UNAVAILABLE for a Node that is too old or a file that can't be
 * opened.
 */
export async function openDatabase(file: string, options: Options = {}): Promise<Database> {
  const fault = nodeFault(process.versions.node);
  if (fault !== undefined) throw new SurefillError("STORE_UNAVAILABLE", fault);
  const { default: BetterSqlite } = await import("better-sqlite3");
  try {
    const database = new BetterSqlite(file, { timeout: busyMs, ...options });
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL");
    database.pragma("fullfsync = ON");
    database.pragma("checkpoint_fullfsync = ON");
    return database;
  } catch (cause) {
    throw unavailable(file, cause);
  }
}

/** Why a version of Node can't be used, or undefined. */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorMin, minorMin] = nodeVersionMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return undefined;
  const text = `the SQLite store needs Node ${majorMin}.${minorMin} or newer, this is ${version}`;
  return `${text}; start with the node that npm install brought along`;
}

/** STORE_UNAVAILABLE with what SQLite said about the file and what to do. */
export function unavailable(file: string, cause: unknown): SurefillError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const text = `the SQLite database ${file} can't be used: ${reason}; it needs a local disk with room and write access`;
  return new SurefillError("STORE_UNAVAILABLE", text, { cause });
}
