import { type Order, type OrderChange, type Store, SurefillError } from "@surefill/core";
import {
  commitOpen,
  filled,
  freshAccount,
  happyPath,
  outcomeOf,
  placed,
} from "@surefill/core/testing/order-store-fixture";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPostgres, openPostgresForTests } from "../testing/postgres-for-tests.ts";
import { connect } from "./connection.ts";
import { channel } from "./flush-statement.ts";

const adminUrl = await findPostgres();

describe.skipIf(adminUrl === undefined)("Postgres: a flush", () => {
  let opened: Awaited<ReturnType<typeof openPostgresForTests>>;
  let store: Store;
  let direct: Client;

  beforeAll(async () => {
    opened = await openPostgresForTests(adminUrl ?? "");
    store = opened.store;
    direct = await connect(opened.url);
  });
  afterAll(async () => {
    await direct.end();
    await opened.dispose();
  });

  it("stores the neighbours of a text that Postgres can't hold", async () => {
    const poison = withStrategy(placed(), "nul\u0000");
    const neighbours = Array.from({ length: 100 }, () => placed());
    const commits = [...neighbours.slice(0, 50), poison, ...neighbours.slice(50)].map((change) =>
      outcomeOf(store.orders.commit(change)),
    );
    const codes = await Promise.all(commits);
    expect(codes.filter((code) => code === "COMMITTED")).toHaveLength(100);
    expect(codes[50]).toBe("STORE_REFUSED");
    expect(await store.orders.find(poison.order.orderId)).toBeUndefined();
    expect(await store.events.ofOrder(poison.order.orderId, 1)).toEqual([]);
  });

  it("gives up a row that somebody keeps locked, and that row alone", async () => {
    const open = await commitOpen(store);
    await direct.query("BEGIN");
    await direct.query("SELECT 1 FROM orders WHERE order_id = $1 FOR UPDATE", [open.order.orderId]);
    const neighbours = Array.from({ length: 10 }, () => placed());
    const commits = [filled(open), ...neighbours].map((change) => outcomeOf(store.orders.commit(change)));
    const codes = await Promise.all(commits);
    await direct.query("ROLLBACK");
    expect(codes).toEqual(["STORE_UNAVAILABLE", ...neighbours.map(() => "COMMITTED")]);
    expect(await outcomeOf(store.orders.commit(filled(open)))).toBe("COMMITTED");
  });

  it("notifies at most once, and only if it wrote something", async () => {
    const listener = await connect(opened.url);
    const heard: number[] = [];
    listener.on("notification", () => heard.push(heard.length));
    await listener.query(`LISTEN ${channel}`);

    const stale = filled(await commitOpen(store));
    await store.orders.commit(stale);
    await listener.query("SELECT 1");
    const before = heard.length;
    expect(await outcomeOf(store.orders.commit(stale))).toBe("STALE_VERSION");
    await listener.query("SELECT 1");
    expect(heard).toHaveLength(before);

    const changes = Array.from({ length: 500 }, () => placed());
    await Promise.all(changes.map((change) => store.orders.commit(change)));
    await listener.query("SELECT 1");
    expect(heard.length - before).toBeGreaterThan(0);
    expect(heard.length - before).toBeLessThanOrEqual(4);
    await listener.end();
  });

  it("lets several processes work on the same orders and sums without a deadlock that a caller would see", async () => {
    const others = [await opened.another(), await opened.another()];
    const account = freshAccount();
    const orders = await Promise.all(Array.from({ length: 80 }, () => commitOpen(store, { account })));
    const fills = orders.map((order) => filled(order, { quantity: "1" }));
    const commits = [store, ...others].flatMap((each, shift) =>
      rotated(fills, shift * 27).map((fill) => outcomeOf(each.orders.commit(fill))),
    );
    const codes = await Promise.all(commits);
    for (const other of others) await other.close();
    expect(codes.filter((code) => code === "COMMITTED")).toHaveLength(80);
    expect(codes.filter((code) => code === "STALE_VERSION")).toHaveLength(160);
    const { items } = await store.lists.holdings({ account }, { size: 10 });
    expect(items.map(({ quantity }) => quantity)).toEqual(["80"]);
  });

  it("keeps money, times and JSON where people can read them", async () => {
    const life = happyPath();
    for (const change of life) await store.orders.commit(change);
    const { rows } = await direct.query(
      `SELECT cum_quantity::text, cum_quote_quantity::text, to_char(requested_at AT TIME ZONE 'UTC',
        'YYYY-MM-DD HH24:MI:SS.US') AS requested_at, tags ->> 'desk' AS desk FROM orders WHERE order_id = $1`,
      [life[3].order.orderId],
    );
    expect(rows).toEqual([
      { cum_quantity: "2", cum_quote_quantity: "180001", requested_at: "2026-01-01 00:00:00.000001", desk: "a" },
    ]);
  });

  it("finds the events of a restored backup out of reach of this server's cursors, and says what to do", async () => {
    const other = await openPostgresForTests(adminUrl ?? "");
    const first = placed();
    await other.store.orders.commit(first);
    const client = await connect(other.url);
    await client.query("UPDATE order_events SET xid = (xid::text::numeric + 1000000000)::text::xid8");
    const refused = await other.another().catch((error: unknown) => SurefillError.from(error));
    expect(refused).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(refused).toHaveProperty("message", expect.stringContaining("UPDATE order_events SET xid = '3'"));
    await client.query("UPDATE order_events SET xid = '3'");
    await client.end();
    const reopened = await other.another();
    const events = await reopened.events.ofOrder(first.order.orderId, 10);
    expect(events).toHaveLength(1);
    await reopened.close();
    await other.dispose();
  });
});

function withStrategy(change: OrderChange, strategyId: string): OrderChange {
  const order: Order = { ...change.order, instruction: { ...change.order.instruction, strategyId } };
  return { ...change, order };
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
