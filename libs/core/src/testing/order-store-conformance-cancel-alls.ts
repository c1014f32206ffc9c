import { describe, expect, it } from "vitest";
import type { VenueAccount } from "../account/venue-account.ts";
import { orderError } from "../error/order-error.ts";
import { SeededRandom } from "../id/seeded-random.ts";
import { uuidV7 } from "../id/uuid-v7.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { signedQuantity } from "../money/signed-quantity.ts";
import type { Purpose } from "../order/instruction.ts";
import { type OrderId, orderId, submitKey, venueOrderId } from "../order/order-id.ts";
import { positionId } from "../position/position-id.ts";
import { type CancelAllPart, type CancelAllTerms, noProgress } from "../store/cancel-all-store.ts";
import type { Store } from "../store/store.ts";
import { addMs } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { commitOpen, freshAccount, happyPath, placedAt } from "./order-store-fixture.ts";

const random = new SeededRandom(7);
let count = 0;

/** Two venue accounts of one account, in the order in which parts are given. */
function freshVenueAccounts(): readonly [VenueAccount, VenueAccount] {
  const account = freshAccount();
  return [
    { venue: venueId("one"), account },
    { venue: venueId("two"), account },
  ];
}

function termsFor({ account }: VenueAccount, rest: Partial<CancelAllTerms> = {}): CancelAllTerms {
  count += 1;
  return {
    campaignId: `campaign-${count}-${account}`,
    ...{ scope: { account }, covers: "ALL_AT_VENUE", halts: false, keepsProtection: true },
    ...{ operator: "ann", reason: "fat finger", requestedAt: addMs(placedAt, count) },
    ...rest,
  };
}

async function lastEvent({ controlEvents }: Store): Promise<number> {
  return (await controlEvents.after(0, 1_000)).at(-1)?.number ?? 0;
}

const ended = { state: "DONE", progress: noProgress, endedAt: addMs(placedAt, 60_000) } as const;

export function describeCancelAlls(get: OpenedGetter): void {
  describe("a CancelAll campaign", () => {
    it("is read as it was begun, with a part for each venue account", async () => {
      const { store, another } = get();
      const [one, two] = freshVenueAccounts();
      const terms = termsFor(one, { scope: { ...one, instrument: instrumentId("BTC/USDT") }, covers: "OWN_ONLY" });
      const campaign = {
        ...terms,
        parts: [one, two].map((venueAccount) => ({ venueAccount, state: "RUNNING", progress: noProgress })),
      };
      expect(await store.cancelAlls.begin(terms, [two, one])).toEqual({ kind: "BEGUN", campaign });
      const other = await another();
      expect(await other.cancelAlls.find(terms.campaignId)).toEqual(campaign);
      expect(await other.cancelAlls.find("nobody's")).toBeUndefined();
      await other.close();
    });

    it("is begun once, whoever begins it again: the first one stands", async () => {
      const { store, another } = get();
      const other = await another();
      const [one, two] = freshVenueAccounts();
      const terms = termsFor(one, { halts: true });
      const last = await lastEvent(store);
      const answers = await Promise.all([
        store.cancelAlls.begin(terms, [one]),
        other.cancelAlls.begin({ ...terms, reason: "again" }, [two]),
        store.cancelAlls.begin({ ...terms, halts: false }, [one, two]),
      ]);
      expect(answers.map(({ kind }) => kind).sort()).toEqual(["BEGUN", "FOUND", "FOUND"]);
      expect(new Set(answers.map(({ campaign }) => JSON.stringify(campaign))).size).toBe(1);
      const events = await store.controlEvents.after(last, 10);
      expect(events.filter(({ cause }) => cause.type === "emergency.cancel_all")).toHaveLength(1);
      await store.tradingStates.set({ ...terms, state: "ACTIVE", at: placedAt });
      await other.close();
    });

    it.each([true, false])("that halts (%s) does so in the same step, and tells of it", async (halts) => {
      const { store } = get();
      const [one] = freshVenueAccounts();
      const terms = termsFor(one, { halts });
      const [last, { epoch }] = [await lastEvent(store), await store.tradingStates.read()];
      await store.cancelAlls.begin(terms, [one]);
      const after = await store.tradingStates.read();
      expect(after.epoch).toBe(halts ? epoch + 1 : epoch);
      expect(after.restrictions.filter(({ scope }) => scope.account === one.account)).toMatchObject(
        halts ? [{ state: "HALTED", operator: "ann", reason: "fat finger", at: terms.requestedAt }] : [],
      );
      const events = (await store.controlEvents.after(last, 10)).map(({ cause, scope, at }) => ({ cause, scope, at }));
      const started = { type: "emergency.cancel_all", campaignId: terms.campaignId, phase: "STARTED" };
      const changed = { type: "trading_state.changed", from: "ACTIVE", to: "HALTED" };
      expect(events).toEqual(
        (halts ? [changed, started] : [started]).map((cause) => ({ cause, scope: terms.scope, at: terms.requestedAt })),
      );
      await store.tradingStates.set({ ...terms, state: "ACTIVE", at: placedAt });
    });

    it.each([
      ["all that is live", {}, ["ENTRY", "STOP", "TARGET", "EXIT"]],
      ["without protection where that is kept", { keepsProtection: true }, ["ENTRY", "EXIT"]],
      ["of its instrument", { scope: { instrument: instrumentId("ETH/USDT") } }, []],
    ] as const)("has the orders as targets that are there as it begins: %s", async (_which, rest, meant) => {
      const { store } = get();
      const [one, two] = freshVenueAccounts();
      const open = async (purpose: Purpose, venueAccount = one) =>
        (await commitOpen(store, { ...venueAccount, purpose })).order.orderId;
      const ids = new Map<Purpose, OrderId>();
      for (const purpose of ["ENTRY", "STOP", "TARGET", "EXIT"] as const) ids.set(purpose, await open(purpose));
      const life = happyPath(one);
      for (const change of life) await store.orders.commit(change);
      const elsewhere = await open("ENTRY", two);
      const terms = termsFor(one, { keepsProtection: false, ...rest });
      await store.cancelAlls.begin(terms, [one]);
      const later = await open("ENTRY");
      const targets = await store.cancelAlls.targets({ campaignId: terms.campaignId, venueAccount: one }, "OWN", 100);
      const found = targets.map(({ orderId: id }) => id);
      expect(found).toEqual(meant.flatMap((purpose) => ids.get(purpose) ?? []).sort());
      for (const id of [life[0].order.orderId, elsewhere, later]) expect(found).not.toContain(id);
    });

    it("runs where one of its parts does, oldest first", async () => {
      const { cancelAlls } = get().store;
      const [one, two] = freshVenueAccounts();
      const [late, early] = [termsFor(one, { requestedAt: addMs(placedAt, 9_000) }), termsFor(one)];
      await cancelAlls.begin(late, [one]);
      await cancelAlls.begin(early, [one, two]);
      const running = async (...at: readonly VenueAccount[]) =>
        (await cancelAlls.running(at, 10)).map(({ campaignId }) => campaignId);
      expect(await running(one)).toEqual([early.campaignId, late.campaignId]);
      expect(await running(one, two)).toEqual([early.campaignId, late.campaignId]);
      expect(await cancelAlls.running([one], 1)).toHaveLength(1);
      expect(await running(two)).toEqual([early.campaignId]);
      expect(await running()).toEqual([]);
      await cancelAlls.savePart(early.campaignId, { venueAccount: one, ...ended });
      expect(await running(one)).toEqual([late.campaignId]);
      expect(await running(two)).toEqual([early.campaignId]);
    });

    it("keeps the progress of a part, and tells once when the last part has ended, which it stays", async () => {
      const { store } = get();
      const [one, two] = freshVenueAccounts();
      const terms = termsFor(one);
      const { campaignId } = terms;
      await store.cancelAlls.begin(terms, [one, two]);
      const last = await lastEvent(store);
      const part: CancelAllPart = {
        venueAccount: one,
        state: "RUNNING",
        progress: {
          ...{ targets: 5, requested: 4, closed: 3, foreignTargets: 2, foreignClosed: 1, cleanReads: 1 },
          failures: [
            { orderId: orderId(uuidV7(placedAt, random)), error: orderError("ANSWER_LOST", "no answer", { a: "b" }) },
            { submitKey: submitKey("k"), venueOrderId: venueOrderId("v"), error: orderError("VENUE_BUSY", "busy") },
          ],
          unprotected: [
            {
              instrument: instrumentId("BTC/USDT"),
              positionId: positionId("p"),
              quantity: signedQuantity("-0.5"),
            },
          ],
        },
      };
      await store.cancelAlls.savePart(campaignId, part);
      expect((await store.cancelAlls.find(campaignId))?.parts[0]).toEqual(part);
      const done = { ...part, state: "INCOMPLETE", endedAt: addMs(placedAt, 5_000) } as const;
      await store.cancelAlls.savePart(campaignId, done);
      await store.cancelAlls.savePart(campaignId, part);
      expect((await store.cancelAlls.find(campaignId))?.parts[0]).toEqual(done);
      expect(await store.controlEvents.after(last, 10)).toEqual([]);
      await store.cancelAlls.savePart(campaignId, { venueAccount: two, ...ended });
      await store.cancelAlls.savePart(campaignId, { venueAccount: two, ...ended });
      expect(await store.controlEvents.after(last, 10)).toMatchObject([
        { cause: { type: "emergency.cancel_all", campaignId, phase: "ENDED" }, at: ended.endedAt, operator: "ann" },
      ]);
    });

    it("given no venue account, so it ends as it begins", async () => {
      const { store } = get();
      const [one] = freshVenueAccounts();
      const last = await lastEvent(store);
      await store.cancelAlls.begin(termsFor(one), []);
      const phases = (await store.controlEvents.after(last, 10)).map(({ cause }) => "phase" in cause && cause.phase);
      expect(phases).toEqual(["STARTED", "ENDED"]);
    });

    it("keeps its targets once each, of each kind and part by themselves, in pages", async () => {
      const { cancelAlls } = get().store;
      const [one, two] = freshVenueAccounts();
      const terms = termsFor(one);
      const { campaignId } = terms;
      await cancelAlls.begin(terms, [one, two]);
      const part = { campaignId, venueAccount: one };
      const own = Array.from(
        { length: 5 },
        () => ({ kind: "OWN", orderId: orderId(uuidV7(placedAt, random)) }) as const,
      );
      const foreign = ["x", "y"].map((key) => ({ kind: "FOREIGN", submitKey: submitKey(key) }) as const);
      await cancelAlls.addTargets(part, [...own.slice(0, 3), ...foreign]);
      await cancelAlls.addTargets(part, [...own, ...foreign]);
      await cancelAlls.addTargets(part, []);
      const sorted = [...own].sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
      const first = await cancelAlls.targets(part, "OWN", 3);
      expect(first).toEqual(sorted.slice(0, 3));
      expect(await cancelAlls.targets(part, "OWN", 3, first[2])).toEqual(sorted.slice(3));
      expect(await cancelAlls.targets(part, "FOREIGN", 10)).toEqual(foreign);
      expect(await cancelAlls.targets({ campaignId, venueAccount: two }, "OWN", 10)).toEqual([]);
    });
  });
}
