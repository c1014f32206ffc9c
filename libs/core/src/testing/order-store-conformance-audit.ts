import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditAll, auditSince } from "../audit/audit.ts";
import { checkOrder } from "../audit/check-order.ts";
import type { AuditViolation } from "../audit/invariant.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import { positionId } from "../position/position-id.ts";
import type { AuditReader, BalanceKey } from "../store/audit-reader.ts";
import { orderLives } from "./order-lives.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import {
  codeOf,
  commitOpen,
  commitRetrying,
  filled,
  freshAccount,
  happyPath,
  placed,
  prepared,
  streamed,
} from "./order-store-fixture.ts";

const eventsMax = 1_000;

export function describeAudit(get: OpenedGetter): void {
  describe("the audit", () => {
    it("finds that every life replays to its row, in every column, and fits its attempts and fills", async () => {
      const { orders, audit } = get().store;
      await fc.assert(
        fc.asyncProperty(orderLives, async (life) => {
          for (const change of life) await orders.commit(change);
          const found = await audit.dossiers([life[0].order.orderId], eventsMax);
          expect(found).toHaveLength(1);
          expect((found ?? []).flatMap((dossier) => checkOrder(dossier, audit)).filter(isOfStore)).toEqual([]);
        }),
        { numRuns: 40, seed: 5, endOnFailure: true },
      );
    });

    it("gives all that is stored of each order", async () => {
      const { store } = get();
      const open = await commitRetrying(store);
      const second = prepared(open);
      await store.orders.commit(second);
      const done = filled(second, { feeInBase: "0.001" });
      await store.orders.commit(done);
      const { orderId } = done.order;

      const [dossier] = (await store.audit.dossiers([orderId, placed().order.orderId], eventsMax)) ?? [];
      expect(dossier).toMatchObject({ kind: "READ", orderId, isOpen: false, namesakes: [] });
      if (dossier?.kind !== "READ") throw new Error("unreadable");
      expect(dossier.order).toEqual(done.order);
      expect(dossier.row).toEqual(store.audit.rowOf(done.order));
      const history = await store.events.ofOrder(orderId, eventsMax);
      expect(dossier.events).toEqual(history.map(({ cursor: _, ...record }) => record));
      expect(dossier.fills).toEqual(done.fills);
      expect(dossier.attempts).toEqual(await store.orders.attempts(orderId));
      expect(dossier.nextActionAt).toBeUndefined();
    });

    it("reads no more events than it may", async () => {
      const { store } = get();
      const [one, two] = [await commitOpen(store), await commitOpen(store)];
      const orderIds = [one.order.orderId, two.order.orderId];
      expect(await store.audit.dossiers(orderIds, 7)).toBeUndefined();
      expect(await store.audit.dossiers(orderIds, 8)).toHaveLength(2);
    });

    it("sums the fills of positions and holdings, net of fees in base, up to as many as it may", async () => {
      const { store } = get();
      const account = freshAccount();
      const position = positionId(`p-${account}`);
      const options = { account, positionId: position };
      await store.orders.commit(filled(await commitOpen(store, options), { feeInBase: "0.002" }));
      await store.orders.commit(filled(await commitOpen(store, { ...options, side: "SELL" }), { quantity: "0.5" }));
      const { venue, instrument } = placed().order.instruction;
      const holding: BalanceKey = { account, venue, instrument };
      const keys = [holding, { ...holding, positionId: position }, { ...holding, positionId: positionId("none") }];
      const amounts = { stored: "1.498", summed: "1.498" };
      expect(await store.audit.balances(keys, 2)).toEqual([
        { key: keys[0], ...amounts },
        { key: keys[1], ...amounts },
        { key: keys[2], summed: "0" },
      ]);
      expect(await store.audit.balances(keys, 1)).toEqual([
        { key: keys[0], stored: "1.498" },
        { key: keys[1], stored: "1.498" },
        { key: keys[2], summed: "0" },
      ]);
    });

    it("pages through orders, positions and holdings, each once", async () => {
      const { store } = get();
      await store.orders.commit(filled(await commitOpen(store)));
      await store.orders.commit(filled(await commitOpen(store)));
      const { orders, balances } = await store.audit.size();
      const ids = await everyPage((after: Awaited<ReturnType<AuditReader["orderIds"]>>[number] | undefined) =>
        store.audit.orderIds(after, 100),
      );
      expect(ids).toHaveLength(orders);
      expect(new Set(ids).size).toBe(orders);
      expect([...ids].sort()).toEqual(ids);
      const positions = await everyPage((after: BalanceKey | undefined) =>
        store.audit.balanceKeys("POSITIONS", after, 100),
      );
      const holdings = await everyPage((after: BalanceKey | undefined) =>
        store.audit.balanceKeys("HOLDINGS", after, 100),
      );
      expect(positions.length + holdings.length).toBe(balances);
      expect(new Set([...positions, ...holdings].map((key) => JSON.stringify(Object.entries(key)))).size).toBe(
        balances,
      );
    });

    it("of all there is counts it all, and of what changed only that", async () => {
      const { store } = get();
      const head = await store.events.head();
      const account = freshAccount();
      for (const change of happyPath({ account })) await store.orders.commit(change);
      await streamed(store, head, { account }, 6);
      const since = await Array.fromAsync(auditSince(store, head));
      expect(sum(since, "orders")).toBeGreaterThanOrEqual(1);
      expect(since.flatMap(({ violations }) => violations)).toEqual([]);
      const last = since.at(-1)?.cursor ?? head;
      expect(sum(await Array.fromAsync(auditSince(store, last)), "orders")).toBe(0);

      const all = await Array.fromAsync(auditAll(store));
      const size = await store.audit.size();
      expect({ orders: sum(all, "orders"), balances: sum(all, "balances") }).toEqual(size);
      expect(all.flatMap(({ violations }) => violations).filter(isOfStore)).toEqual([]);
    });
  });

  describe("what is told beside an order's transitions", () => {
    const violated = (record: OrderEventRecord): OrderEventRecord => {
      const { from: _, ...rest } = record;
      const findings = [{ invariant: "FILLS_SUM_UP", subject: "cum_quantity", expected: "1", stored: "2" }];
      return { ...rest, type: "audit.violation", cause: { type: "AUDIT_VIOLATED", findings } };
    };

    it("is in its history and in the stream, once for each version and type", async () => {
      const { store } = get();
      const head = await store.events.head();
      const { order, records } = await commitOpen(store);
      const told = violated(records[0] ?? raise());
      await store.events.tell(told);
      await store.events.tell({ ...told, attemptNumber: 0 });
      const { orderId } = order;
      const history = await store.events.ofOrder(orderId, 100);
      expect(
        history.filter(({ type }) => type === "audit.violation").map(({ cursor: _, ...record }) => record),
      ).toEqual([told]);
      const events = await streamed(store, head, { orderIds: [orderId] }, 5);
      expect(events.at(-1)).toMatchObject(told);
    });

    it("is refused by a store that is closed", async () => {
      const other = await get().another();
      await other.close();
      const told = violated(placed().records[0] ?? raise());
      expect(await codeOf(other.events.tell(told))).toBe("STORE_UNAVAILABLE");
      expect(await codeOf(other.audit.size())).toBe("STORE_UNAVAILABLE");
    });
  });
}

/** Lives are made of random answers and sizes: which attempt may live and what fills an order is not theirs to keep. */
function isOfStore({ invariant, subject }: AuditViolation): boolean {
  return invariant !== "ONE_LIVE_ATTEMPT" && subject !== "fills of a FILLED order";
}

async function everyPage<Key>(read: (after: Key | undefined) => Promise<readonly Key[]>): Promise<readonly Key[]> {
  const all: Key[] = [];
  for (;;) {
    const page = await read(all.at(-1));
    all.push(...page);
    if (page.length < 100) return all;
  }
}

function sum<Name extends string>(steps: readonly { readonly [N in Name]: number }[], name: Name): number {
  return steps.reduce((total, step) => total + step[name], 0);
}

function raise(): never {
  throw new Error("a change without a record");
}
