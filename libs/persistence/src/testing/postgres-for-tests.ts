import { randomBytes } from "node:crypto";
import type { Log } from "@surefill/core";
import type { OpenedStore } from "@surefill/core/testing/order-store-conformance";
import { Client } from "pg";
import { openPostgresStore } from "../postgres/open-postgres-store.ts";

const defaultUrl = "postgresql://postgres@127.0.0.1:5432/test";
const connectMsMax = 3_000;

/** A log that says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The Postgres that tests may make databases in: SUREFILL_TEST_POSTGRES_URL, else the local one. Undefined, and said
 * loudly, where there is none: the tests that need it are skipped. @throws Error where there is none and CI=true.
 */
export async function findPostgres(): Promise<string | undefined> {
  const url = process.env.SUREFILL_TEST_POSTGRES_URL ?? defaultUrl;
  try {
    await asAdmin(url, "SELECT 1");
    return url;
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    const text = `no Postgres for tests at ${withoutPassword(url)} (${reason}); set SUREFILL_TEST_POSTGRES_URL`;
    if (process.env.CI === "true") throw new Error(`${text}: with CI=true it must be there`, { cause: error });
    console.warn(`\n  SKIPPED: ${text}\n`);
    return undefined;
  }
}

/** A database of one test's own, made beside the one that `adminUrl` names. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

export async function createTestDatabase(adminUrl: string): Promise<TestDatabase> {
  const name = `surefill_test_${process.pid}_${randomBytes(4).toString("hex")}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** A Postgres store in a database of its own, which goes with it. */
export async function openPostgresForTests(adminUrl: string): Promise<OpenedStore & { readonly url: string }> {
  const { url, drop } = await createTestDatabase(adminUrl);
  const store = await openPostgresStore(url, silentLog);
  return {
    url,
    store,
    another: () => openPostgresStore(url, silentLog),
    passTime: (ms) =>
      asAdmin(url, `UPDATE venue_account_leases SET expires_at = expires_at - interval '${ms} milliseconds'`),
    async dispose() {
      await store.close();
      await drop();
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: connectMsMax });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return "an url that can't be read";
  const shown = new URL(url);
  if (shown.password !== "") shown.password = "…";
  return shown.href;
}
