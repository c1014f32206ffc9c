import { describe, expect, it } from "vitest";
import { instrumentId } from "../instrument/instrument.ts";
import { price } from "../money/price.ts";
import { fillKey } from "../order/fill.ts";
import type { Pricing } from "../order/instruction.ts";
import { attemptOf } from "../order/order.ts";
import { clientOrderId, submitKey, venueOrderId } from "../order/order-id.ts";
import { liveOrderOf } from "../store/live-order.ts";
import type { AttemptWrite, OrderChange } from "../store/order-change.ts";
import { addMs } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import {
  changed,
  commitOpen,
  commitRetrying,
  filled,
  freshAccount,
  placed,
  placedAt,
  prepared,
  transitionVersions,
} from "./order-store-fixture.ts";

export function describeReads(get: OpenedGetter): void {
  describe("reads", () => {
    it("find an order by its id, its client order id, or with others", async () => {
      const { orders } = get().store;
      const [one, two] = [placed(), placed()];
      for (const change of [one, two]) await orders.commit(change);
      const { account, clientOrderId: id } = one.order.instruction;

      expect(await orders.find(one.order.orderId)).toEqual(one.order);
      expect(await orders.findByClientOrderId(account, id)).toEqual(one.order);
      const unknown = placed().order.orderId;
      const many = await orders.findMany([one.order.orderId, unknown, two.order.orderId, one.order.orderId]);
      expect(many).toHaveLength(2);
      expect(many).toEqual(expect.arrayContaining([one.order, two.order]));
    });

    it.each<Pricing>([
      { type: "MARKET", timeInForce: "FOK" },
      { type: "LIMIT", timeInForce: "IOC", limitPrice: price("90000.5") },
      { type: "LIMIT", timeInForce: "GTC", limitPrice: price("90000.5"), postOnly: true },
      { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("89999.123456789012345678") },
      { type: "TAKE_PROFIT", timeInForce: "GTC", triggerPrice: price("95000"), limitPrice: price("94000.5") },
    ])("give the pricing %o back as it was placed", async (pricing) => {
      const { orders, events } = get().store;
      const change = placed({ pricing });
      await orders.commit(change);
      expect(await orders.find(change.order.orderId)).toStrictEqual(change.order);
      expect(await events.ofOrder(change.order.orderId, 10)).toMatchObject(change.records);
    });

    it("find nothing where there is nothing", async () => {
      const { orders } = get().store;
      const { orderId, instruction } = placed().order;
      expect(await orders.find(orderId)).toBeUndefined();
      expect(await orders.findMany([])).toEqual([]);
      expect(await orders.findMany([orderId])).toEqual([]);
      expect(await orders.findByClientOrderId(instruction.account, clientOrderId("none"))).toBeUndefined();
      expect(await orders.findBySubmitKey(instruction.venue, submitKey("none"))).toBeUndefined();
      expect(await orders.recordedFills(orderId)).toEqual(new Set());
      expect(await orders.attempts(orderId)).toEqual([]);
    });

    it("find an order by the submit key of its last attempt and of an earlier one", async () => {
      const { orders } = get().store;
      const again = prepared(await commitRetrying(get().store));
      await orders.commit(again);
      const { order } = again;
      const keys = [1, 2].map((number) => submitKey(`${order.orderId}-${number}`));
      for (const key of keys) {
        expect(await orders.findBySubmitKey(venueId("paper"), key)).toEqual(order);
        expect(await orders.findBySubmitKey(venueId("elsewhere"), key)).toBeUndefined();
      }
    });

    it("find an order by the venue's id, of its last attempt or of a fill, among those placed since", async () => {
      const { store } = get();
      const at = addMs(placedAt, 60_000);
      const open = await commitOpen(store, { at });
      const { venue, account, instrument } = open.order.instruction;
      const byId = (id: string, since = at, rest = {}) =>
        store.orders.findByVenueOrderId(
          { venueAccount: { venue, account }, instrument, venueOrderId: venueOrderId(id), ...rest },
          since,
        );
      expect(await byId(`v-${open.order.orderId}`)).toEqual(open.order);
      expect(await byId("v-none")).toBeUndefined();
      expect(await byId(`v-${open.order.orderId}`, addMs(at, 1))).toBeUndefined();
      expect(await byId(`v-${open.order.orderId}`, at, { instrument: instrumentId("ETH/USDT") })).toBeUndefined();
      const elsewhere = { venueAccount: { venue: venueId("elsewhere"), account } };
      expect(await byId(`v-${open.order.orderId}`, at, elsewhere)).toBeUndefined();
      const ended = filled(open, { venueOrderId: venueOrderId("v-earlier") });
      await store.orders.commit(ended);
      expect(await byId("v-earlier")).toEqual(ended.order);
      expect(await byId(`v-${open.order.orderId}`)).toEqual(ended.order);
    });

    it("tell when the first order of a venue account was placed, ended or not", async () => {
      const { store } = get();
      const account = freshAccount();
      const here = { venue: venueId("paper"), account };
      expect(await store.orders.firstPlacedAt(here)).toBeUndefined();
      await store.orders.commit(filled(await commitOpen(store, { account, at: addMs(placedAt, 5) })));
      await store.orders.commit(placed({ account, at: addMs(placedAt, 9) }));
      await store.orders.commit(placed({ account, venue: venueId("elsewhere") }));
      expect(await store.orders.firstPlacedAt(here)).toBe(addMs(placedAt, 5));
      expect(await store.orders.firstPlacedAt({ ...here, venue: venueId("elsewhere") })).toBe(placedAt);
    });

    it("give the attempts by number, with what was sent and what came back", async () => {
      const { orders } = get().store;
      const failed = await commitRetrying(get().store);
      const again = prepared(failed);
      await orders.commit(again);
      const sent = (number: number) => ({ payload: Uint8Array.of(0, 255, number) });
      expect(await orders.attempts(again.order.orderId)).toStrictEqual([
        { ...attemptOf(failed.order), ...sent(1), outcome: "NOT_SENT", answeredAt: failed.order.stateTimes.SUBMITTED },
        { ...attemptOf(again.order), ...sent(2) },
      ]);
    });

    it("give the fills that are recorded", async () => {
      const { orders } = get().store;
      const open = await commitOpen(get().store);
      const one = filled(open, { quantity: "0.5", fillId: "one" });
      const two = filled(one, { quantity: "0.5", fillId: "two" });
      for (const change of [one, two]) await orders.commit(change);
      const keys = [...one.fills, ...two.fills].map(fillKey);
      expect(await orders.recordedFills(open.order.orderId)).toEqual(new Set(keys));
    });
  });

  describe("answers to attempts", () => {
    it("are kept without a transition and leave the version as it is", async () => {
      const { orders, events } = get().store;
      const open = await commitOpen(get().store);
      const result = await orders.commit(changed(open, [], { attempt: answered(open, "UNKNOWN", "late") }));
      expect(result).toEqual({ kind: "COMMITTED" });
      expect(await orders.find(open.order.orderId)).toEqual(open.order);
      expect(await orders.attempts(open.order.orderId)).toMatchObject([{ outcome: "UNKNOWN", rawAnswer: "late" }]);
      expect(transitionVersions(await events.ofOrder(open.order.orderId, 10))).toEqual([1, 2, 3]);
    });

    it("are refused from a stale version", async () => {
      const { orders } = get().store;
      const open = await commitOpen(get().store);
      await orders.commit(filled(open));
      const late = changed(open, [], { attempt: answered(open, "UNKNOWN") });
      expect(await orders.commit(late)).toEqual({ kind: "STALE_VERSION" });
      expect(await orders.attempts(open.order.orderId)).toMatchObject([{ outcome: "ACCEPTED" }]);
    });

    it("replace earlier ones, whose raw text stays where the later has none", async () => {
      const { orders } = get().store;
      const open = await commitOpen(get().store);
      await orders.commit(changed(open, [], { attempt: answered(open, "UNKNOWN", "first") }));
      await orders.commit(changed(open, [], { attempt: answered(open, "ABSENT") }));
      expect(await orders.attempts(open.order.orderId)).toMatchObject([{ outcome: "ABSENT", rawAnswer: "first" }]);
    });

    it("are kept whatever a venue answers, up to 64 KiB", async () => {
      const { orders } = get().store;
      const open = await commitOpen(get().store);
      const garbage = `\u0000\ud800"\\${"é".repeat(40_000)}`;
      await orders.commit(changed(open, [], { attempt: answered(open, "UNKNOWN", garbage) }));
      const [attempt] = await orders.attempts(open.order.orderId);
      expect(attempt?.rawAnswer?.startsWith('\ufffd\ufffd"\\éé')).toBe(true);
      expect(new TextEncoder().encode(attempt?.rawAnswer).length).toBe(65_536);
    });
  });

  describe("orders with a surplus attempt that is due", () => {
    const found = (before: OrderChange, key: string, afterMs?: number): OrderChange => {
      const attempt = { submitKey: submitKey(key), venueOrderId: venueOrderId("v"), foundAt: placedAt };
      const due = afterMs === undefined ? {} : { cancelAfter: addMs(placedAt, afterMs) };
      return changed(before, [{ type: "SURPLUS_ATTEMPT", attempt: { ...attempt, ...due } }]);
    };

    it("are given by time, whether or not they have ended, until it has ended", async () => {
      const { store } = get();
      const account = freshAccount();
      const here = { venue: venueId("paper"), account };
      const open = await commitOpen(store, { account });
      const ended = filled(await commitOpen(store, { account }));
      await store.orders.commit(ended);
      const [first, second] = [found(ended, "one", 0), found(open, "one", 10)];
      for (const change of [second, first]) await store.orders.commit(change);
      const ofLater = found(second, "two", 20);
      await store.orders.commit(ofLater);

      const due = async (afterMs: number, limit = 10) =>
        store.orders.surplusDue([here], addMs(placedAt, afterMs), limit);
      expect(await due(10)).toEqual([first.order, ofLater.order]);
      expect(await due(10, 1)).toEqual([first.order]);
      expect(await due(9)).toEqual([first.order]);
      expect(
        await store.orders.surplusDue([{ ...here, venue: venueId("elsewhere") }], addMs(placedAt, 99), 10),
      ).toEqual([]);
      for (const change of [found(first, "one"), found(ofLater, "one")]) await store.orders.commit(change);
      expect(await due(19)).toEqual([]);
      expect((await due(20)).map(({ orderId }) => orderId)).toEqual([open.order.orderId]);
    });
  });

  describe("due orders", () => {
    it("are those that a server must act on by now, new ones whatever the clock says, then the most overdue first", async () => {
      const { store } = get();
      const account = freshAccount();
      const at = (ms: number) => ({ account, at: addMs(placedAt, ms) });
      const pending = [placed(at(20)), placed(at(10))].sort((a, b) => (a.order.orderId < b.order.orderId ? -1 : 1));
      for (const change of pending) await store.orders.commit(change);
      const retryAt = (ms: number) => commitRetrying(store, { account, retryAt: addMs(placedAt, ms) });
      const [second, first] = [await retryAt(25), await retryAt(15)];
      await retryAt(31);
      const waiting = await commitOpen(store, { account });
      const ended = filled(await commitOpen(store, { account }));
      await store.orders.commit(ended);

      const here = { venue: venueId("paper"), account };
      const now = addMs(placedAt, 30);
      const pendingOrders = pending.map(({ order }) => order);
      const inTurn = [...pendingOrders, first.order, second.order];
      expect(await store.orders.due([here], now, 10)).toEqual(inTurn);
      expect(await store.orders.due([here], now, 3)).toEqual(inTurn.slice(0, 3));
      expect(await store.orders.due([here], addMs(placedAt, 14), 10)).toEqual(pendingOrders);
      expect(await store.orders.due([here], addMs(placedAt, -3_600_000), 10)).toEqual(pendingOrders);
      expect(waiting.order.state).toBe("CONFIRMING");
    });

    it("belong to the venue accounts asked for", async () => {
      const { orders } = get().store;
      const [one, two] = [placed(), placed({ venue: venueId("elsewhere") })];
      for (const change of [one, two]) await orders.commit(change);
      const at = ({ order }: OrderChange, venue: string) => ({
        venue: venueId(venue),
        account: order.instruction.account,
      });
      const now = addMs(placedAt, 1);
      expect(await orders.due([at(one, "elsewhere"), at(two, "paper")], now, 10)).toEqual([]);
      expect(await orders.due([at(one, "paper"), at(two, "elsewhere")], now, 10)).toHaveLength(2);
      expect(await orders.due([], now, 10)).toEqual([]);
    });
  });

  describe("live orders", () => {
    it("are those that are not final, oldest first, page by page", async () => {
      const { store } = get();
      const account = freshAccount();
      const at = (ms: number) => ({ account, at: addMs(placedAt, ms) });
      const third = placed(at(30));
      await store.orders.commit(third);
      const first = await commitOpen(store, at(10));
      const twins = [placed(at(20)), placed(at(20))];
      for (const twin of twins) await store.orders.commit(twin);
      const retrying = await commitRetrying(store, at(5));
      await store.orders.commit(filled(await commitOpen(store, at(1))));

      const ids = (orders: readonly { readonly orderId: string }[]) => orders.map(({ orderId }) => orderId);
      const twinsInTurn = ids(twins.map(({ order }) => order)).sort();
      const inTurn = [retrying.order.orderId, first.order.orderId, ...twinsInTurn, third.order.orderId];
      expect(ids(await store.orders.live({ account }, 10))).toEqual(inTurn);
      const page = await store.orders.live({ account }, 3);
      expect(ids(page)).toEqual(inTurn.slice(0, 3));
      expect(ids(await store.orders.live({ account }, 3, page.at(-1)))).toEqual(inTurn.slice(3));
    });

    it("are scanned in short, page by page, of one venue account, in the states asked for", async () => {
      const { store } = get();
      const account = freshAccount();
      const open = await commitOpen(store, { account, at: placedAt });
      const pending = placed({ account, at: addMs(placedAt, 1) });
      const sent = prepared(placed({ account, at: addMs(placedAt, 2) }));
      const { order } = sent;
      await store.orders.commit(pending);
      await store.orders.commit(placed({ ...order.instruction, orderId: order.orderId, at: order.requestedAt }));
      await store.orders.commit(sent);
      for (const other of [placed({ account, venue: venueId("elsewhere") }), placed()])
        await store.orders.commit(other);
      await store.orders.commit(filled(await commitOpen(store, { account })));
      const venueAccount = { venue: venueId("paper"), account };
      const all = [open, pending, sent].map((change) => liveOrderOf(change.order));
      expect(await store.orders.scanLive(venueAccount, 10)).toEqual(all);
      expect(await store.orders.scanLive(venueAccount, 2)).toEqual(all.slice(0, 2));
      expect(await store.orders.scanLive(venueAccount, 10, { after: open.order })).toEqual(all.slice(1));
      const states = ["SUBMITTED", "IN_DOUBT"] as const;
      expect(await store.orders.scanLive(venueAccount, 10, { states })).toEqual(all.slice(2));
    });

    it("are narrowed by venue and account", async () => {
      const { orders } = get().store;
      const venue = venueId(`venue-${freshAccount()}`);
      const [one, two] = [placed({ venue }), placed({ venue })];
      for (const change of [one, two, placed()]) await orders.commit(change);
      expect(await orders.live({ venue }, 10)).toHaveLength(2);
      expect(await orders.live({ venue, account: one.order.instruction.account }, 10)).toEqual([one.order]);
    });
  });
}

function answered({ order }: OrderChange, outcome: "UNKNOWN" | "ABSENT", rawAnswer?: string): AttemptWrite {
  const write = { kind: "ANSWERED", number: 1, outcome, answeredAt: order.updatedAt } as const;
  return rawAnswer === undefined ? write : { ...write, rawAnswer };
}
