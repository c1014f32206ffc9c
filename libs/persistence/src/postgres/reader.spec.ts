import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, findPostgres, type TestDatabase } from "../testing/postgres-for-tests.ts";
import { connect } from "./connection.ts";
import { Reader } from "./reader.ts";

const adminUrl = await findPostgres();

describe.skipIf(adminUrl === undefined)(
  "Postgres: a transaction whose connection breaks between two statements",
  () => {
    let database: TestDatabase;
    let reader: Reader;
    let direct: Client;

    beforeAll(async () => {
      database = await createTestDatabase(adminUrl ?? "");
      reader = new Reader(database.url);
      direct = await connect(database.url);
    });
    afterAll(async () => {
      await reader.close();
      await direct.end();
      await database.drop();
    });

    it("fails with what the store says then, and neither the process nor the next transaction notices", async () => {
      const broken = reader.transaction(async (client) => {
        const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        const ended = new Promise<void>((resolve) => client.once("end", () => resolve()));
        await direct.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
        await ended;
        await client.query("SELECT 1");
      });
      await expect(broken).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
      const after = reader.transaction(async (client) => (await client.query<{ one: number }>("SELECT 1 AS one")).rows);
      expect(await after).toEqual([{ one: 1 }]);
    });
  },
);
