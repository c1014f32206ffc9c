import { describe, expect, it } from "vitest";
import { createTestDatabase, findPostgres } from "../testing/postgres-for-tests.ts";
import { connect } from "./connection.ts";
import { lockTradingStates, sharesTradingLock } from "./trading-lock.ts";

const adminUrl = await findPostgres();

describe.skipIf(adminUrl === undefined)("the lock of trading states", () => {
  it("given a change that stops in its middle, so those who rest on the states wait no longer than its few seconds", async () => {
    const database = await createTestDatabase(adminUrl ?? "");
    const [stopped, waiting] = [await connect(database.url), await connect(database.url)];
    await stopped.query("BEGIN");
    await lockTradingStates(stopped);
    await waiting.query("SET lock_timeout = 20");
    const rest = () => waiting.query(`SELECT WHERE ${sharesTradingLock}`);
    await expect(rest()).rejects.toMatchObject({ code: "55P03" });
    // What it was given, in short: Postgres ends its session, and the lock with it.
    await stopped.query("SET LOCAL idle_in_transaction_session_timeout = 50");
    await waiting.query("SET lock_timeout = 10000");
    expect((await rest()).rowCount).toBe(1);
    await waiting.end();
    await stopped.end().catch(() => {});
    await database.drop();
  });

  it("is given few seconds for each of its steps", async () => {
    const database = await createTestDatabase(adminUrl ?? "");
    const client = await connect(database.url);
    await client.query("BEGIN");
    await lockTradingStates(client);
    const { rows } = await client.query("SELECT name, setting FROM pg_settings WHERE name LIKE 'idle_in_transaction%'");
    expect(rows).toEqual([{ name: "idle_in_transaction_session_timeout", setting: "5000" }]);
    await client.query("ROLLBACK");
    await client.end();
    await database.drop();
  });
});
