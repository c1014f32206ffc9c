import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExecutionService, WaitFor } from "@surefill/contracts/surefill/v1/execution_service";
import { type Order, OrderState, OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { createTestDatabase, findPostgres } from "@surefill/persistence/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { planHouse } from "./house.ts";
import { verdictOf } from "./verdict.ts";

const postgres = await findPostgres();
const stopBeforeSending = join(import.meta.dirname, "testing/stop-before-sending.ts");
const account = "paper";
const terms = { accounts: [account], leaseTtlMs: 1_000, requestWindowMs: 1_000, flightMs: 20 };

/** Two servers and a tracker on one database, and their venue; all gone after the test. */
async function openHouse(adminUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), "surefill-stopped-"));
  const database = await createTestDatabase(adminUrl);
  const store = { kind: "postgres", url: database.url } as const;
  const house = await planHouse({ ...terms, venue: "sim", servers: 2, trackers: 1, seed: 1, folder, store });
  const venue = await house.openVenue({ faults: false });
  const [first, second, tracker] = house.members;
  const [firstClient, secondClient] = house.urls.map((baseUrl) =>
    createClient(ExecutionService, createGrpcTransport({ baseUrl })),
  );
  if (!first || !second || !tracker || !firstClient || !secondClient) throw new Error("the house is not complete");
  onTestFinished(async () => {
    await Promise.all(house.members.map((member) => member.destroy()));
    await venue.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  return { first, second, tracker, firstClient, secondClient, venue };
}

/** Whether the kernel has stopped the process. */
async function isStopped(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "state=", "-p", `${pid}`]);
  return stdout.trim().startsWith("T");
}

const patience = { timeout: 20_000, interval: 20 };

describe.skipIf(postgres === undefined)("a server stopped between its last check and the wire", () => {
  it("given that it goes on after its lease and its attempts have ended, so what it sends is dead, and each order was placed once", async () => {
    const house = await openHouse(postgres ?? "");
    const { first, second, tracker, firstClient, secondClient, venue } = house;
    await tracker.start();
    await first.start({ NODE_OPTIONS: `--import=${stopBeforeSending}` });
    const orders = Array.from({ length: 6 }, (_, index) => ({
      clientOrderId: `stopped-${index}`,
      ...{ account, venue: "sim", instrument: "BTC/USDT", side: Side.BUY, type: OrderType.MARKET },
      size: { case: "baseQuantity", value: "0.01" } as const,
    }));
    // The first one to be sent stops the process: the others are wherever they have got to by then.
    const unheard = orders.map((order) =>
      firstClient.executeOrder({ ...order, waitFor: WaitFor.ACCEPTED }).catch(() => undefined),
    );
    await expect.poll(() => isStopped(first.pid ?? 0), patience).toBe(true);
    expect(venue.wire.flights).toEqual([]);

    await second.start();
    const answers = await Promise.all(
      orders.map((order) => secondClient.executeOrder({ ...order, waitFor: WaitFor.TERMINAL })),
    );
    expect(answers.map(({ order }) => order?.state)).toEqual(orders.map(() => OrderState.FILLED));
    expect(answers.map(({ order }) => order?.attemptCount)).toContain(2);
    expect(await isStopped(first.pid ?? 0)).toBe(true);
    const sentBy = (name: string) =>
      venue.wire.flights.flatMap(({ line, submitKey }) => (line === name ? submitKey : []));
    expect(sentBy("server-1")).toEqual([]);

    first.resume();
    await expect.poll(() => sentBy("server-1").length, patience).toBeGreaterThan(0);
    await Promise.all(unheard);
    // It ends once it has recorded every answer, as far as it still can.
    await first.stop();

    const events = await venue.log();
    const accepted = events.flatMap((event) => (event.type === "ACCEPTED" ? event : []));
    expect(new Set(accepted.map(({ orderId }) => orderId)).size).toBe(orders.length);
    expect(accepted).toHaveLength(orders.length);
    const dead = new Set(events.flatMap((event) => (event.type === "REFUSED" && event.wasDead ? event.submitKey : [])));
    expect(sentBy("server-1").filter((key) => !dead.has(key))).toEqual([]);

    const listed = await secondClient.listOrders({});
    const { fills } = await secondClient.listFills({});
    const promised = orders.map(({ clientOrderId }) => ({
      ...{ clientOrderId, account, acknowledged: true, cancelled: false },
    }));
    const verdict = verdictOf({ promised, orders: listed.orders, fills, events });
    expect(verdict).toEqual({ lost: [], duplicates: [], stuck: [] });
    // Nothing that the first one did afterwards has moved an order.
    const versions = (some: readonly (Order | undefined)[]) =>
      new Map(some.map((order) => [order?.clientOrderId, order?.version]));
    expect(versions(listed.orders)).toEqual(versions(answers.map(({ order }) => order)));
    await second.stop();
    await tracker.stop();
  }, 60_000);
});
