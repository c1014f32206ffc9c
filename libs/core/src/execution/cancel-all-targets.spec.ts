import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { instrumentId } from "../instrument/instrument.ts";
import type { Instruction } from "../order/instruction.ts";
import type { Order } from "../order/order.ts";
import { positionId } from "../position/position-id.ts";
import type { CancelAllTerms } from "../store/cancel-all-store.ts";
import {
  deskForTests,
  orderAfter,
  pathTo,
  stored,
  type TestDeskOptions,
  venueAccount,
} from "../testing/desk-for-tests.ts";
import { aboutOrder } from "../testing/observer-for-tests.ts";
import {
  after,
  limitBuy,
  lost,
  orderIn,
  terms as orderTerms,
  requestedAt,
  sampleEvents,
  testVenue,
} from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import { CancelAllTargets } from "./cancel-all-targets.ts";
import { requestCancel } from "./request-cancel.ts";

const eth = instrumentId("ETH/USDT");
const terms: CancelAllTerms = {
  ...{ campaignId: "stop-1", scope: {}, covers: "OWN_ONLY", halts: true, keepsProtection: false },
  ...{ operator: "ann", reason: "emergency", requestedAt },
};

describe("an order that was placed once the campaign had begun", () => {
  it.each<readonly [string, Partial<Instruction>, Partial<CancelAllTerms>, boolean]>([
    ["an entry, beside the halt", {}, {}, true],
    ["an entry, where protection stays", {}, { keepsProtection: true }, true],
    ["an entry in its scope", {}, { scope: { venue: testVenue, instrument: limitBuy.instrument } }, true],
    ["an entry of another instrument", {}, { scope: { instrument: eth } }, false],
    ["an entry, without a halt", {}, { halts: false }, false],
    ["an exit", { purpose: "EXIT" }, {}, false],
    ["a stop", { purpose: "STOP" }, {}, false],
  ])("given %s", async (_, rest, differing, is) => {
    const test = await setUp({}, differing);
    const order = await orderAfter(test, pathTo.CONFIRMING, rest);
    await test.targets.find(test.act);
    expect([...test.targets.open.keys()]).toEqual(is ? [order.orderId] : []);
  });
});

/** The targets of a campaign that is begun already, or later, and the cancels that are sent. */
async function setUp(
  options: TestDeskOptions = {},
  differing: Partial<CancelAllTerms> = {},
  begins: "AT_ONCE" | "LATER" = "AT_ONCE",
) {
  const test = deskForTests(options);
  const begin = () => test.store.cancelAlls.begin({ ...terms, ...differing }, [venueAccount]);
  if (begins === "AT_ONCE") await begin();
  const targetsOf = () => new CancelAllTargets(test.desk, { ...terms, ...differing }, venueAccount);
  const sent: string[] = [];
  const act = (order: Order) => sent.push(order.orderId);
  const kept = () => test.store.cancelAlls.targets({ campaignId: "stop-1", venueAccount }, "OWN", 10);
  return { ...test, begin, targets: targetsOf(), targetsOf, sent, act, kept };
}

describe("the orders of a campaign", () => {
  it("are found once, durable before they are asked to be cancelled, and counted until they end", async () => {
    const test = await setUp();
    const waiting = await orderAfter(test);
    const resting = await orderAfter(test, pathTo.CONFIRMING);
    const doubtful = await orderAfter(test, pathTo.IN_DOUBT);
    await test.targets.find(test.act);
    expect(test.sent).toEqual([resting.orderId]);
    expect(test.targets.counts).toEqual({ targets: 3, requested: 3, closed: 1 });
    expect((await test.kept()).map((target) => target.orderId).toSorted()).toEqual(
      [waiting, resting, doubtful].map(({ orderId }) => orderId).toSorted(),
    );
    expect(await stored(test, doubtful)).toMatchObject({ state: "IN_DOUBT", cancelRequest: { reason: "emergency" } });
    await recordReport(
      test.desk,
      await stored(test, resting),
      aboutOrder(resting, { evidence: { kind: "CANCELLED" } }),
    );
    await test.targets.refresh(test.act);
    expect(test.targets.counts).toEqual({ targets: 3, requested: 3, closed: 2 });
    expect([...test.targets.open.keys()]).toEqual([doubtful.orderId]);
  });

  it("given a process that went on from another's, so what that one found counts once", async () => {
    const test = await setUp();
    await orderAfter(test, pathTo.CONFIRMING);
    await orderAfter(test);
    await test.targets.find(test.act);
    const next = test.targetsOf();
    await next.find(test.act);
    expect(next.counts).toEqual({ targets: 2, requested: 2, closed: 1 });
  });

  it("given one that can't be asked, so it is told, and the others are asked; then it is asked again", async () => {
    let isAway = true;
    const test = await setUp({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            const isFirst = change.order.orderId === first?.orderId && change.order.cancelRequest !== undefined;
            if (isFirst && isAway) throw new SurefillError("STORE_REFUSED", "can't be read");
            return orders.commit(change);
          },
        },
      }),
    });
    let first: Order | undefined;
    first = await orderAfter(test, pathTo.CONFIRMING);
    const second = await orderAfter(test, pathTo.CONFIRMING);
    await test.targets.find(test.act);
    expect(test.sent).toEqual([second.orderId]);
    expect(test.targets.counts).toEqual({ targets: 2, requested: 1, closed: 0 });
    expect(test.targets.failures).toMatchObject([{ orderId: first.orderId, error: { code: "STORE_REFUSED" } }]);
    isAway = false;
    await test.targets.refresh(test.act);
    expect(test.sent).toEqual([second.orderId, first.orderId]);
    expect(test.targets.counts).toEqual({ targets: 2, requested: 2, closed: 0 });
    expect(test.targets.failures).toEqual([]);
  });

  it.each([
    [4_999, 0],
    [5_000, 1],
  ])(
    "given a venue that refused a cancel, so %i ms later it is asked again %i times, and says so",
    async (ms, times) => {
      const test = await setUp();
      const order = await orderAfter(test, pathTo.CONFIRMING);
      await test.targets.find(test.act);
      const refusal = aboutOrder(order, { evidence: { kind: "CANCEL_REFUSED", error: lost } });
      await recordReport(test.desk, await stored(test, order), refusal);
      test.sent.length = 0;
      test.clock.advance(ms);
      await test.targets.refresh(test.act);
      expect(test.sent).toHaveLength(times);
      await test.targets.refresh(test.act);
      expect(test.sent).toHaveLength(times);
      expect(test.targets.failures).toMatchObject(times > 0 ? [] : [{ orderId: order.orderId, error: lost }]);
    },
  );
});

describe("whether no attempt of a campaign's orders can be taken any more", () => {
  const doubtful = (ms: number | undefined) => {
    const { validUntil: _, ...prepared } = sampleEvents.ATTEMPT_PREPARED;
    return [{ ...prepared, ...(ms === undefined ? {} : { validUntil: after(ms) }) }, sampleEvents.ANSWER_LOST];
  };

  it.each<readonly [string, readonly (number | undefined)[], number, boolean]>([
    ["no attempt in doubt", [], 0, true],
    ["one whose validity has passed by our clock, which may be ahead", [3_000], 120_000, false],
    ["one that two minutes have passed of, too, longer than any request lasts", [3_000], 120_001, true],
    ["one that is valid for longer", [3_000, 200_000], 200_000, false],
    ["one that is valid for longer, by a venue whose clock may be a second behind", [200_000], 201_000, false],
    ["that second over", [3_000, 200_000], 201_001, true],
    ["one that never expires", [3_000, undefined], 86_400_000, false],
  ])("given %s", async (_, validities, passedMs, areDead) => {
    const test = await setUp();
    await orderAfter(test, pathTo.CONFIRMING);
    for (const ms of validities) await orderAfter(test, doubtful(ms));
    await test.targets.find(test.act);
    test.clock.advance(passedMs);
    expect(test.targets.areDead).toBe(areDead);
  });

  it("given that the doubt has ended, so by the venue's word, at once", async () => {
    const test = await setUp();
    const order = await orderAfter(test, doubtful(undefined));
    await test.targets.find(test.act);
    await recordReport(test.desk, await stored(test, order), aboutOrder(order));
    await test.targets.refresh(test.act);
    expect(test.targets.areDead).toBe(true);
  });
});

describe("cancels that go out together", () => {
  it("are due by themselves 15 s later, and are sent one by one where they do not go out", async () => {
    const test = await setUp();
    const resting = await orderAfter(test, pathTo.CONFIRMING);
    const other = await orderAfter(test, pathTo.CONFIRMING, { instrument: eth });
    await orderAfter(test);
    await test.targets.find();
    expect(await stored(test, resting)).toMatchObject({
      state: "CANCELLING",
      cancelAfter: addMs(test.clock.wall(), 15_000),
    });
    expect(test.targets.togetherAt).toEqual(new Set([limitBuy.instrument, eth]));
    await recordReport(test.desk, await stored(test, other), aboutOrder(other, { evidence: { kind: "CANCELLED" } }));
    await test.targets.refresh();
    expect(test.targets.togetherAt).toEqual(new Set([limitBuy.instrument]));
    test.targets.actOnEach(test.act);
    expect(test.sent).toEqual([resting.orderId]);
    test.targets.actOnEach(test.act);
    expect(test.sent).toHaveLength(1);
    expect(test.targets.togetherAt).toEqual(new Set());
  });

  it("given what the venue tells of them, so it is recorded, and what is not of the campaign given back", async () => {
    const test = await setUp();
    const order = await orderAfter(test, pathTo.CONFIRMING);
    await test.targets.find();
    const end = aboutOrder(order, { evidence: { kind: "CANCELLED" } });
    const foreign = { ...end, submitKey: aboutOrder(orderIn("CONFIRMING")).submitKey };
    expect(await test.targets.record([end, foreign])).toEqual([foreign]);
    expect((await stored(test, order)).state).toBe("CANCELLED");
    expect(test.targets.counts).toEqual({ targets: 1, requested: 1, closed: 1 });
  });

  it.each<readonly [string, Partial<Instruction> | undefined, Partial<CancelAllTerms>, boolean]>([
    ["no other order", undefined, {}, false],
    ["protection that stays", { purpose: "STOP" }, { keepsProtection: true }, true],
    ["an order of another instrument", { instrument: eth }, { scope: { instrument: limitBuy.instrument } }, false],
    [
      "protection that stays, of another instrument",
      { purpose: "STOP", instrument: eth },
      { keepsProtection: true, scope: { instrument: limitBuy.instrument } },
      false,
    ],
  ])("given %s, so a request for all would cancel an order that is to stay", async (_, rest, differing, is) => {
    const test = await setUp({}, differing);
    await orderAfter(test, pathTo.CONFIRMING);
    if (rest !== undefined) await orderAfter(test, pathTo.CONFIRMING, rest);
    await test.targets.find();
    expect(await test.targets.areBesideOthers()).toBe(is);
  });
});

describe("positions whose stop a campaign cancelled", () => {
  const position = orderTerms.positionId;
  const stop = { purpose: "STOP", side: "SELL", positionId: position } as const;
  const unprotected = [{ instrument: limitBuy.instrument, positionId: position, quantity: "1" }];

  it.each<readonly [string, boolean, Partial<Instruction> | undefined, readonly unknown[]]>([
    ["one that is held", true, undefined, unprotected],
    ["one that is not held", false, undefined, []],
    ["one that another stop protects", true, stop, []],
    ["one that only an exit is for", true, { ...stop, purpose: "EXIT" }, unprotected],
    ["one, and a stop of another", true, { ...stop, positionId: positionId("p-2") }, unprotected],
  ])("given %s", async (_, isHeld, later, told) => {
    const test = await setUp({}, {}, "LATER");
    if (isHeld) await orderAfter(test, pathTo.FILLED, { positionId: position });
    const cancelled = await orderAfter(test, pathTo.CONFIRMING, stop);
    await test.begin();
    await test.targets.find(test.act);
    await recordReport(
      test.desk,
      await stored(test, cancelled),
      aboutOrder(cancelled, { evidence: { kind: "CANCELLED" } }),
    );
    if (later !== undefined) await orderAfter(test, pathTo.CONFIRMING, later);
    await test.targets.refresh(test.act);
    expect(await test.targets.unprotected()).toEqual(told);
  });

  it("given an order without a stop, so nothing is told of its position", async () => {
    const test = await setUp({}, {}, "LATER");
    await orderAfter(test, pathTo.FILLED, { positionId: position });
    const exit = await orderAfter(test, pathTo.CONFIRMING, { ...stop, purpose: "EXIT" });
    await requestCancel(test.desk, exit, "x");
    await test.begin();
    await test.targets.find(test.act);
    expect(await test.targets.unprotected()).toEqual([]);
  });
});
