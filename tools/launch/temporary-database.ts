import pg from "pg";

/** Where Postgres is taken from when nothing else is said. */
const defaultUrl = "postgresql://postgres@127.0.0.1:5432/test";

/** A database of one's own. */
export interface TemporaryDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
  /** Breaks every connection to it. */
  readonly cutConnections: () => Promise<void>;
}

/**
 * Creates a database beside the one that SUREFILL_POSTGRES_URL names. @throws Error saying what to do where Postgres
 * can't be reached.
 */
export async function temporaryDatabase(
  name: string,
  baseUrl = process.env.SUREFILL_POSTGRES_URL ?? defaultUrl,
): Promise<TemporaryDatabase> {
  const database = `${name}_${process.pid}_${Date.now()}`;
  await withClient(baseUrl, (client) => client.query(`CREATE DATABASE ${database}`));
  const url = new URL(baseUrl);
  url.pathname = `/${database}`;
  return {
    url: url.href,
    cutConnections: () =>
      withClient(baseUrl, (client) =>
        client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [database]),
      ),
    drop: () => withClient(baseUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)),
  };
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    const { host } = new URL(url);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Postgres at ${host} can't be reached (${reason}); start it, or name another in SUREFILL_POSTGRES_URL`,
    );
  }
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
