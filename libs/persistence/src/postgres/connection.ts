import { SurefillError } from "@surefill/core";
import { Client, type ClientConfig } from "pg";
import { valueTypes } from "./value-types.ts";

const connectMsMax = 5_000;
const statementMsMax = 30_000;
/** A statement that hears nothing for so long after its own limit has lost its connection. */
const graceMs = 5_000;
/** A row that somebody else holds locked for so long is given up. */
export const lockMsMax = 1_000;

const sessionSettings = ["TimeZone=UTC", "DateStyle=ISO", `lock_timeout=${lockMsMax}`];

/**
 * For the connection that writes: its statements join a batch with tables of any size, so they are planned once and
 * always as look-ups by index. A plan made while the tables were small would otherwise read them whole for ever.
 */
export const writerSettings = [
  "plan_cache_mode=force_generic_plan",
  "enable_seqscan=off",
  "enable_hashjoin=off",
  "enable_mergejoin=off",
  "jit=off",
];

/** The settings of every connection; `extra` are further ones of the session. */
export function connectionConfig(url: string, extra: readonly string[] = []): ClientConfig {
  return {
    connectionString: url,
    application_name: "surefill",
    connectionTimeoutMillis: connectMsMax,
    statement_timeout: statementMsMax,
    query_timeout: statementMsMax + graceMs,
    keepAlive: true,
    types: valueTypes,
    options: [...sessionSettings, ...extra].map((setting) => `-c ${setting}`).join(" "),
  };
}

/** A connection of its own. @throws SurefillError STORE_UNAVAILABLE when there is none to be had. */
export async function connect(url: string, extra: readonly string[] = []): Promise<Client> {
  const client = new Client(connectionConfig(url, extra));
  // Without a listener a connection that breaks while idle ends the process; whoever uses it next finds out.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    throw unavailable(url, cause);
  }
}

/** STORE_UNAVAILABLE, saying which database, why, and what to do; never the password. */
export function unavailable(url: string, cause: unknown): SurefillError {
  const text = `PostgreSQL at ${databaseName(url)} can't be used: ${reasonOf(cause)}`;
  const todo = "check that it runs, that the store's url is right and that it accepts connections from here";
  return new SurefillError("STORE_UNAVAILABLE", `${text}; ${todo}`, { cause });
}

function databaseName(url: string): string {
  if (!URL.canParse(url)) return "an url that can't be read";
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${hostname || searchParams.get("host") || "localhost"}:${port || "5432"}${pathname || "/"}`;
}

/** Several addresses of one name that all failed come as one error without a message. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return [...new Set(cause.errors.map(reasonOf))].join(", ");
  return cause instanceof Error ? cause.message : String(cause);
}

/** The five characters by which Postgres tells errors apart; undefined if the error did not come from it. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * Whether an error leaves open what became of the statement: the connection broke, or the server ended it. Errors that
 * the statement itself ended with prove that it did nothing.
 */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || /^(08|58|57P)/.test(state);
}
