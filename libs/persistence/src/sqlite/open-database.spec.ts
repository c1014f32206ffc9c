import { SurefillError } from "@surefill/core";
import { outcomeOf, placed } from "@surefill/core/testing/order-store-fixture";
import { describe, expect, it } from "vitest";
import { openStore } from "../open-store.ts";
import { silentLog } from "../testing/postgres-for-tests.ts";
import { openSqliteForTests } from "../testing/sqlite-for-tests.ts";
import { nodeFault, openDatabase } from "./open-database.ts";

describe("opening SQLite", () => {
  it.each(["18.20.0", "20.20.2", "22.0.0", "22.13.1"])("is refused on Node %s, where it would crash", (version) => {
    expect(nodeFault(version)).toContain(`this is ${version}`);
  });

  it.each(["22.14.0", "23.0.0", "24.21.0", "100.0.0"])("is possible on Node %s", (version) => {
    expect(nodeFault(version)).toBeUndefined();
  });

  it("fails with the file's name and what to do where it can't be made", async () => {
    const file = "/dev/null/surefill.db";
    const failure = await openStore({ kind: "sqlite", file }, { log: silentLog }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(SurefillError.from(failure).message).toContain(`${file} can't be used`);
  });

  it("waits for the disk at each commit", async () => {
    const { file, dispose } = await openSqliteForTests();
    const database = await openDatabase(file);
    const settings = ["journal_mode", "synchronous"].map((name) => database.pragma(name, { simple: true }));
    database.close();
    await dispose();
    expect(settings).toEqual(["wal", 2]);
  });

  it("lets a commit wait for another process's transaction", async () => {
    const { file, store, dispose } = await openSqliteForTests();
    const database = await openDatabase(file);
    database.exec("BEGIN IMMEDIATE");
    const commit = outcomeOf(store.orders.commit(placed()));
    await new Promise(setImmediate);
    database.exec("COMMIT");
    expect(await commit).toBe("COMMITTED");
    database.close();
    await dispose();
  });
});
