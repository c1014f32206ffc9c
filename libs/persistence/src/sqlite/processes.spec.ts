import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OrderChange, OrderEventRecord } from "@surefill/core";
import { commitOpen, freshAccount, outcomeOf, placed } from "@surefill/core/testing/order-store-fixture";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteForTests } from "../testing/sqlite-for-tests.ts";

const script = fileURLToPath(new URL("../testing/filling-process.ts", import.meta.url));
const acksMin = 200;

/** A process that fills orders, and what it was acknowledged. */
class FillingProcess {
  readonly acks: { readonly orderId: string; readonly version: number; readonly fillId: string }[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #isOpen = false;
  #onLine: () => void = () => {};
  #stderr = "";

  constructor(file: string, name: string, orderIds: readonly string[]) {
    this.#child = spawn(process.execPath, [script, file, name, ...orderIds], { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stderr?.on("data", (data) => {
      this.#stderr += String(data);
    });
    if (this.#child.stdout === null) throw new Error("a process without output");
    createInterface(this.#child.stdout).on("line", (line) => {
      const [orderId = "", version = "", fillId = ""] = line.split(" ");
      // A line that the kill cut off was no acknowledgement.
      if (fillId.includes("-")) this.acks.push({ orderId, version: Number(version), fillId });
      if (line === "open") this.#isOpen = true;
      this.#onLine();
    });
  }

  /** Resolves when the process has opened the store; rejects when it ends before. */
  opened(): Promise<void> {
    return this.#until(() => this.#isOpen);
  }

  /** Resolves when `count` commits were acknowledged; rejects when the process ends before. */
  acknowledged(count: number): Promise<void> {
    return this.#until(() => this.acks.length >= count);
  }

  async #until(isSo: () => boolean): Promise<void> {
    const ended = this.#ended.then(() => Promise.reject(new Error(`the process ended: ${this.#stderr}`)));
    while (!isSo()) await Promise.race([new Promise<void>((resolve) => (this.#onLine = resolve)), ended]);
    ended.catch(() => {});
  }

  /** SIGKILL; resolves when everything that it had written was read. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

describe("SQLite: two processes on one file, killed at work", () => {
  let opened: Awaited<ReturnType<typeof openSqliteForTests>>;
  beforeAll(async () => {
    opened = await openSqliteForTests();
  });
  afterAll(() => opened.dispose());

  it("lose nothing that was acknowledged, and write no version twice", { timeout: 120_000 }, async () => {
    const { file, store } = opened;
    const account = freshAccount();
    const orders: OrderChange[] = [];
    for (let count = 0; count < 4; count += 1) orders.push(await commitOpen(store, { account, quantity: "1000000" }));
    const ids = orders.map(({ order }) => order.orderId);

    const server = new FillingProcess(file, "server", ids);
    const tracker = new FillingProcess(file, "tracker", ids);
    await Promise.all([server.acknowledged(acksMin), tracker.acknowledged(acksMin)]);
    await server.kill();
    await tracker.acknowledged(tracker.acks.length + acksMin);
    const restarted = new FillingProcess(file, "restarted", ids);
    await restarted.acknowledged(acksMin);
    await Promise.all([tracker.kill(), restarted.kill()]);
    expect(await outcomeOf(store.orders.commit(placed()))).toBe("COMMITTED");

    const histories = new Map<string, readonly OrderEventRecord[]>();
    for (const id of ids) {
      histories.set(
        id,
        (await wholeHistory(id)).filter(({ type }) => type === "order.transition"),
      );
    }
    for (const { orderId, version, fillId } of [server, tracker, restarted].flatMap(({ acks }) => acks)) {
      expect(fillIdOf(histories.get(orderId)?.[version - 1])).toBe(fillId);
    }
    let sum = 0;
    for (const id of ids) {
      const history = histories.get(id) ?? [];
      expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
      const order = await store.orders.find(id);
      expect(order?.version).toBe(history.length);
      expect(order?.cumQuantity).toBe(String(history.length - 3));
      sum += history.length - 3;
    }
    const { items } = await store.lists.holdings({ account }, { size: 10 });
    expect(items.map(({ quantity }) => quantity)).toEqual([String(sum)]);

    async function wholeHistory(id: (typeof ids)[number]): Promise<readonly OrderEventRecord[]> {
      const history: OrderEventRecord[] = [];
      let page = await store.events.ofOrder(id, 1_000);
      while (page.length > 0) {
        history.push(...page);
        page = await store.events.ofOrder(id, 1_000, page.at(-1)?.cursor);
      }
      return history;
    }
  });

  it("migrate a new file once when they open it at the same time", { timeout: 60_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), "surefill-processes-"));
    const processes = ["a", "b", "c"].map((name) => new FillingProcess(join(directory, "new", "orders.db"), name, []));
    await Promise.all(processes.map((each) => each.opened()));
    await Promise.all(processes.map((each) => each.kill()));
    await rm(directory, { recursive: true });
  });
});

function fillIdOf(event: OrderEventRecord | undefined): string | undefined {
  return event !== undefined && "fill" in event.cause ? event.cause.fill.venueFillId : undefined;
}
