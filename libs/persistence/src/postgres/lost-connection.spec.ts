import { type OrderChange, type Store, SurefillError } from "@surefill/core";
import {
  changed,
  commitOpen,
  filled,
  freshAccount,
  outcomeOf,
  placed,
  prepared,
} from "@surefill/core/testing/order-store-fixture";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BreakableProxy, breakableProxy } from "../testing/breakable-proxy.ts";
import { createTestDatabase, findPostgres, silentLog, type TestDatabase } from "../testing/postgres-for-tests.ts";
import { connect } from "./connection.ts";
import { openPostgresStore } from "./open-postgres-store.ts";

const adminUrl = await findPostgres();

describe.skipIf(adminUrl === undefined)("Postgres: a lost connection", () => {
  let database: TestDatabase;
  let proxy: BreakableProxy;
  let store: Store;
  /** Past the proxy: what the database really holds. */
  let direct: Client;

  beforeAll(async () => {
    database = await createTestDatabase(adminUrl ?? "");
    proxy = await breakableProxy(database.url);
    store = await openPostgresStore(proxy.url, silentLog);
    direct = await connect(database.url);
  });
  afterAll(async () => {
    proxy.refused = false;
    await store.close();
    await direct.end();
    await proxy.close();
    await database.drop();
  });

  const versionOf = async ({ order }: OrderChange): Promise<number | undefined> => {
    const { rows } = await direct.query<{ version: number }>("SELECT version FROM orders WHERE order_id = $1", [
      order.orderId,
    ]);
    return rows[0]?.version;
  };
  const eventsOf = async ({ order }: OrderChange): Promise<number> =>
    (
      await direct.query("SELECT 1 FROM order_events WHERE order_id = $1 AND type = 'order.transition'", [
        order.orderId,
      ])
    ).rows.length;
  /** Waits until another session sees what `isSo` looks for; the test's own time limit bounds it. */
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise(setImmediate);
  };
  const terminate = (condition: string): Promise<unknown> =>
    direct.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
    );

  it("is answered COMMITTED where the database proves it, and for nothing else of the same flush", async () => {
    const account = freshAccount();
    const open = await commitOpen(store, { account });
    const old = await commitOpen(store, { account });
    await store.orders.commit(filled(old));
    const [fresh, fill] = [placed({ account }), filled(open)];
    const stale = filled(old, { fillId: "another", quantity: "1" });
    const answered = await commitOpen(store, { account });
    const answer = { kind: "ANSWERED", number: 1, outcome: "UNKNOWN", answeredAt: answered.order.updatedAt } as const;
    const answerOnly = changed(answered, [], { attempt: answer });
    const changes = [fresh, fill, stale, answerOnly];

    proxy.loseAnswers();
    const commits = changes.map((change) => outcomeOf(store.orders.commit(change)));
    await until(async () => (await versionOf(fresh)) === 1 && (await versionOf(fill)) === fill.order.version);
    proxy.breakConnections();

    expect(await Promise.all(commits)).toEqual([
      "COMMITTED",
      "COMMITTED",
      "STORE_UNAVAILABLE",
      // It is durable, but nothing proves whose answer it is.
      "STORE_UNAVAILABLE",
    ]);
    expect(await eventsOf(fresh)).toBe(1);
    expect(await eventsOf(old)).toBe(4);
    expect(await store.orders.find(fill.order.orderId)).toEqual(fill.order);
  });

  it("is not answered COMMITTED for a change that another one won at the same version", async () => {
    const open = await commitOpen(store);
    const [ours, theirs] = [filled(open, { fillId: "ours" }), filled(open, { fillId: "theirs" })];
    const neighbour = placed();
    const other = await openPostgresStore(database.url, silentLog);
    await other.orders.commit(theirs);

    proxy.loseAnswers();
    const commits = [ours, neighbour].map((change) => outcomeOf(store.orders.commit(change)));
    await until(async () => (await versionOf(neighbour)) === 1);
    proxy.breakConnections();

    expect(await Promise.all(commits)).toEqual(["STORE_UNAVAILABLE", "COMMITTED"]);
    expect(await other.orders.find(open.order.orderId)).toEqual(theirs.order);
    await other.close();
  });

  it("is STORE_UNAVAILABLE where the statement was ended before its commit, and leaves nothing", async () => {
    const open = await commitOpen(store);
    const fill = filled(open);
    await direct.query("BEGIN");
    await direct.query("SELECT 1 FROM orders WHERE order_id = $1 FOR UPDATE", [open.order.orderId]);
    const commit = outcomeOf(store.orders.commit(fill));
    const waiting = "wait_event_type = 'Lock'";
    await until(async () => ((await terminate(waiting)) as { rows: unknown[] }).rows.length > 0);
    const code = await commit;
    await direct.query("ROLLBACK");

    expect(code).toBe("STORE_UNAVAILABLE");
    expect(await versionOf(open)).toBe(open.order.version);
    expect(await eventsOf(open)).toBe(3);
    expect(await outcomeOf(store.orders.commit(fill))).toBe("COMMITTED");
  });

  it("that breaks while nothing is written goes unnoticed by commits and reads", async () => {
    const first = placed();
    await store.orders.commit(first);
    await endAll();
    expect(await outcomeOf(store.orders.commit(prepared(first)))).toBe("COMMITTED");
    await endAll();
    expect((await store.orders.find(first.order.orderId))?.version).toBe(2);
  });

  it("that can't be replaced is told with the database's name, never the password, and commits go on afterwards", async () => {
    const first = placed();
    await store.orders.commit(first);
    proxy.refused = true;
    proxy.breakConnections();
    const failure = await store.orders.commit(prepared(first)).catch((error: unknown) => SurefillError.from(error));
    proxy.refused = false;
    const port = new URL(proxy.url).port;
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure).toHaveProperty("message", expect.stringContaining(`127.0.0.1:${port}/surefill_test_`));
    expect(await outcomeOf(store.orders.commit(prepared(first)))).toBe("COMMITTED");
  });

  it("of the change feed is made again, and wakes its listeners", async () => {
    const account = freshAccount();
    let heard = 0;
    const unsubscribe = store.changes.subscribe(() => {
      heard += 1;
    });
    await until(async () => (await listening()) === 1);
    await terminate("query = 'LISTEN surefill_changes'");
    await until(async () => (await listening()) === 1);
    const other = await openPostgresStore(database.url, silentLog);
    const before = heard;
    await other.orders.commit(placed({ account }));
    await until(async () => heard > before);
    unsubscribe();
    await other.close();
  });

  /** Ends every connection of the store and lets this process hear of it. */
  async function endAll(): Promise<void> {
    await terminate("application_name = 'surefill'");
    await until(async () => (await connections()) === 0 && proxy.open === 0);
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  }
  async function connections(): Promise<number> {
    const { rows } = await direct.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'surefill'
        AND pid <> pg_backend_pid()`,
    );
    return rows.length;
  }
  async function listening(): Promise<number> {
    const { rows } = await direct.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN surefill_changes'",
    );
    return rows.length;
  }
});
