import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commitOpen, filled } from "@surefill/core/testing/order-store-fixture";
import { openStore } from "@surefill/persistence";
import { openDatabase } from "@surefill/persistence/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = join(import.meta.dirname, "main.ts");
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function audit(...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, SUREFILL_CONFIG: "", SUREFILL_POSTGRES_URL: "" };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe("npm run audit", () => {
  let folder: string;
  let file: string;
  let orderId: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "surefill-audit-"));
    file = join(folder, "surefill.db");
    const store = await openStore({ kind: "sqlite", file }, { log: silent });
    const open = await commitOpen(store);
    await store.orders.commit(filled(open));
    orderId = open.order.orderId;
    await commitOpen(store);
    await store.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("given a clean database, so ends with 0 and says what it has seen", async () => {
    const { code, stdout } = await audit("--store", file, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ orders: 2, balances: 2, violations: 0, list: [], skipped: [] });
  });

  it("given no database there, so ends with 2, says what to do and makes none", async () => {
    const { code, stderr } = await audit("--store", join(folder, "none.db"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no database at .*none\.db; name one with --store/);
  });

  it("given one fault, so ends with 1 and prints order and both values, also since a cursor before it", async () => {
    const { cursor } = JSON.parse((await audit("--store", file, "--json")).stdout);
    const database = await openDatabase(file);
    database.prepare("UPDATE orders SET strategy_id = 'other' WHERE order_id = ?").run(orderId);
    database.close();
    const told = await audit("--store", file);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain(`✘ EVENTS_REPLAY order ${orderId}: strategy_id should be NULL, but is other\n`);
    expect((await audit("--store", file, "--since", "sqlite.0")).code).toBe(1);
    expect((await audit("--store", file, "--since", cursor)).code).toBe(0);
  });
});
