import { describe, expect, it } from "vitest";
import { recordReport } from "../desk/record-report.ts";
import { orderError } from "../error/order-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import { venueOrderId } from "../order/order-id.ts";
import {
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDesk,
  type TestDeskOptions,
} from "../testing/desk-for-tests.ts";
import { fillOf, namedAttempt, sampleEvents } from "../testing/order-fixtures.ts";
import type { Clock } from "../time/clock.ts";
import { addMs } from "../time/wall-time.ts";
import type { LookupAnswer } from "../venue/venue.ts";
import { requestCancel } from "./request-cancel.ts";
import { type Resolution, resolveInDoubt } from "./resolve-in-doubt.ts";

const who = { operator: "ann", reason: "the venue's support says so" };
const v1 = venueOrderId("V1");
const adopt: Resolution = { ...who, verdict: { kind: "ADOPT", venueOrderId: v1 } };
const dead: Resolution = { ...who, verdict: { kind: "DECLARE_DEAD" } };
const unavailable: LookupAnswer = { kind: "UNAVAILABLE", error: orderError("VENUE_UNREACHABLE", "no connection") };

type Answer = (order: Order, test: TestDesk) => LookupAnswer;

const found =
  (rest: Partial<ExecutionReport> = {}): Answer =>
  ({ orderId }) => ({
    kind: "FOUND",
    report: { submitKey: keyOf(orderId, 1), venueOrderId: v1, evidence: { kind: "OPEN" }, fills: [], ...rest },
  });

/** An order in doubt at a venue that answers look-ups as given; its attempt's validity ends 5 s after the start. */
async function setUp(
  answer: Answer,
  options: TestDeskOptions = {},
  path: Parameters<typeof orderAfter>[1] = pathTo.IN_DOUBT,
) {
  const test = deskForTests(options);
  const order = await orderAfter(test, path);
  test.venue.script.lookup = async () => answer(order, test);
  test.committed.length = 0;
  const resolved = (resolution: Resolution) => resolveInDoubt(test.desk, order, resolution);
  return { ...test, order, resolved };
}

const transitionsOf = ({ committed }: TestDesk) =>
  committed.flatMap(({ records }) =>
    records.filter(({ type }) => type === "order.transition").map(({ cause }) => cause),
  );

/** After the attempt's validity by any clock. */
const longAfter = 240_000;

describe("adopting a venue order", () => {
  it("asks the venue about that order, and keeps who said so and why as an event", async () => {
    const test = await setUp(found());
    const resolved = await test.resolved(adopt);
    expect(resolved).toMatchObject({
      kind: "RESOLVED",
      order: { state: "CONFIRMING", attempt: { number: 1, venueOrderId: "V1" } },
    });
    expect(test.venue.callsOf("lookup")).toMatchObject([
      [{ submitKey: keyOf(test.order.orderId, 1), venueOrderId: "V1" }],
    ]);
    expect(await stored(test, test.order)).toEqual(resolved.order);
    expect(transitionsOf(test)).toEqual([{ type: "ADOPTED", venueOrderId: "V1", ...who }]);
  });

  it.each([
    ["open with a fill", { fills: [fillOf("F1", "0.4")] }, "PARTIALLY_FILLED", "0.4"],
    ["filled", { evidence: { kind: "FILLED" }, fills: [fillOf("F1", "0.4"), fillOf("F2", "0.6")] }, "FILLED", "1"],
    ["cancelled", { evidence: { kind: "CANCELLED" } }, "CANCELLED", "0"],
    ["expired with a fill", { evidence: { kind: "EXPIRED" }, fills: [fillOf("F1", "0.4")] }, "EXPIRED", "0.4"],
  ] as const)("given one that the venue shows as %s, so it is, its fills included", async (_what, rest, state, cum) => {
    const test = await setUp(found(rest));
    expect((await test.resolved(adopt)).order).toMatchObject({ state, cumQuantity: cum });
  });

  it("given a cancel that waited for the doubt to end, so it is due at once", async () => {
    const test = await setUp(found({ fills: [fillOf("F1", "0.4")] }));
    await requestCancel(test.desk, test.order, "changed my mind");
    expect((await test.resolved(adopt)).order).toMatchObject({ state: "CANCELLING", cumQuantity: "0.4" });
  });

  it.each<readonly [string, Answer, string]>([
    ["does not show it", (_order, { clock }) => ({ kind: "NOT_FOUND", asOf: clock.wall() }), "VENUE_ORDER_NOT_FOUND"],
    ["can't be asked", () => unavailable, "VENUE_UNREACHABLE"],
    ["shows it under another name", found({ venueOrderId: venueOrderId("V2") }), "VENUE_ORDER_MISMATCH"],
    ["shows an order of another attempt", found({ submitKey: keyOf("other", 1) }), "VENUE_ORDER_MISMATCH"],
  ])("given a venue that %s, so nothing is changed", async (_what, answer, code) => {
    const test = await setUp(answer);
    expect(await test.resolved(adopt)).toMatchObject({ kind: "REFUSED", order: test.order, error: { code } });
    expect(test.committed).toEqual([]);
  });

  const unnamed: Answer = ({ orderId }) => ({
    kind: "FOUND",
    report: { submitKey: keyOf(orderId, 1), evidence: { kind: "OPEN" }, fills: [] },
  });

  it("given a venue that shows it without a name, so it can't be told to be that order, and nothing is changed", async () => {
    const test = await setUp(unnamed);
    const context = { venue_order_id: "V1", shown_venue_order_id: "" };
    expect(await test.resolved(adopt)).toMatchObject({ error: { code: "VENUE_ORDER_MISMATCH", context } });
    expect(test.committed).toEqual([]);
  });

  it.each([
    ["follows it", pathTo.CONFIRMING],
    ["has ended with it", [...pathTo.CONFIRMING, sampleEvents.CANCELLED]],
    ["has fills of it alone", [...pathTo.SUBMITTED, { ...sampleEvents.FILLED_PARTLY, earlierAttempt: true }]],
  ] as const)(
    "given another order that %s, so a venue that echoes keys does not give it to two",
    async (_how, path) => {
      const test = await setUp(found());
      const other = await orderAfter(test, path);
      test.committed.length = 0;
      expect(await test.resolved(adopt)).toMatchObject({
        kind: "REFUSED",
        error: { code: "VENUE_ORDER_MISMATCH", context: { owner_order_id: other.orderId } },
      });
      expect(test.committed).toEqual([]);
    },
  );

  it("given that it is known to be this order's own, so it is adopted", async () => {
    const test = await setUp(found(), {}, [...pathTo.CONFIRMING, sampleEvents.VANISHED]);
    expect(await test.resolved(adopt)).toMatchObject({ kind: "RESOLVED", order: { state: "CONFIRMING" } });
  });

  it("given an attempt that the venue has named otherwise before, so it is refused", async () => {
    const test = await setUp(({ orderId }) => ({
      kind: "FOUND",
      report: { submitKey: keyOf(orderId, 1), venueOrderId: venueOrderId("V2"), evidence: { kind: "OPEN" }, fills: [] },
    }));
    const attempt = { ...namedAttempt, submitKey: keyOf(test.order.orderId, 1) };
    const order: Order = { ...test.order, state: "IN_DOUBT", attempt };
    const other = { ...adopt, verdict: { kind: "ADOPT", venueOrderId: venueOrderId("V2") } } as const;
    expect(await resolveInDoubt(test.desk, order, other)).toMatchObject({
      error: { code: "VENUE_ORDER_MISMATCH", context: { shown_venue_order_id: "V1" } },
    });
  });

  it("given that it was found meanwhile, so it stands already", async () => {
    const test = await setUp(found());
    const report = { submitKey: keyOf(test.order.orderId, 1), venueOrderId: v1, fills: [] };
    const order = await recordReport(test.desk, test.order, { ...report, evidence: { kind: "OPEN" } });
    expect(await resolveInDoubt(test.desk, order, adopt)).toEqual({ kind: "REPLAYED", order });
  });
});

describe("declaring an attempt dead", () => {
  const notFound =
    (asOfMs: number): Answer =>
    (order) => ({ kind: "NOT_FOUND", asOf: addMs(order.requestedAt, asOfMs) });

  it("ends the order CANCELLED, with who and why, and no retry", async () => {
    const test = await setUp(notFound(longAfter));
    const resolved = await test.resolved(dead);
    const error = { code: "OPERATOR_DECLARED_DEAD", context: who };
    expect(resolved).toMatchObject({ kind: "RESOLVED", order: { state: "CANCELLED", lastError: error } });
    expect(await test.store.orders.due([test.order.instruction], addMs(test.clock.wall(), 1e9), 10)).toEqual([]);
    expect(transitionsOf(test)).toEqual([{ type: "DECLARED_DEAD", ...who }]);
  });

  it("given a fill that comes after all, so it is applied and raises an alert", async () => {
    const test = await setUp(notFound(longAfter));
    const { order } = await test.resolved(dead);
    const late = {
      submitKey: keyOf(order.orderId, 1),
      evidence: { kind: "TRADE" },
      fills: [fillOf("F1", "0.4")],
    } as const;
    expect(await recordReport(test.desk, order, late)).toMatchObject({ state: "CANCELLED", cumQuantity: "0.4" });
    expect(test.committed.at(-1)?.records.map(({ type }) => type)).toContain("order.late_fill");
  });

  it.each([
    // The venue's own time counts where it told it.
    ["not found just before the validity's end", notFound(5_000), 0, "ATTEMPT_STILL_VALID"],
    ["not found before it, long ago by our clock", notFound(4_000), longAfter, "ATTEMPT_STILL_VALID"],
    ["not found just after it, though our clock is behind", notFound(5_000.001), 0, "RESOLVED"],
    // Without it, two minutes more must have passed by ours.
    ["unanswered 125 s after prepare", () => unavailable, 125_000, "ATTEMPT_STILL_VALID"],
    ["unanswered just after that", () => unavailable, 125_000.001, "RESOLVED"],
  ] as const)("given a look-up that is %s, so %o ms later: %s", async (_what, answer, passedMs, so) => {
    const test = await setUp(answer, {}, [
      { ...pathTo.IN_DOUBT[0], validUntil: addMs(deskForTests().clock.wall(), 5_000) },
      pathTo.IN_DOUBT[1],
    ]);
    test.clock.advance(passedMs);
    const resolved = await test.resolved(dead);
    expect(resolved.kind === "REFUSED" ? resolved.error.code : resolved.kind).toBe(so);
  });

  it("given a clock of ours that is an hour ahead of the venue's, so two minutes since the attempt all the same", async () => {
    const { clock } = deskForTests();
    const test = await setUp(() => unavailable, {}, [
      { ...pathTo.IN_DOUBT[0], validUntil: addMs(clock.wall(), -3_600_000) },
      pathTo.IN_DOUBT[1],
    ]);
    test.clock.advance(120_000);
    expect(await test.resolved(dead)).toMatchObject({ error: { code: "ATTEMPT_STILL_VALID" } });
    test.clock.advance(0.001);
    expect((await test.resolved(dead)).kind).toBe("RESOLVED");
  });

  it("given a clock of ours that has been set an hour ahead since, so the database's time counts", async () => {
    const test = await setUp(() => unavailable);
    const clock: Clock = {
      wall: () => addMs(test.clock.wall(), 3_600_000),
      monotonicMs: () => test.clock.monotonicMs(),
      sleep: (...call) => test.clock.sleep(...call),
    };
    const order = await stored(test, test.order);
    const resolved = await resolveInDoubt({ ...test.desk, clock }, order, dead);
    expect(resolved).toMatchObject({ kind: "REFUSED", error: { code: "ATTEMPT_STILL_VALID" } });
    expect((await stored(test, test.order)).state).toBe("IN_DOUBT");
  });

  it("given a refusal, so it says from when on", async () => {
    const test = await setUp(notFound(0), {}, [
      { ...pathTo.IN_DOUBT[0], validUntil: addMs(deskForTests().clock.wall(), 5_000) },
      pathTo.IN_DOUBT[1],
    ]);
    const notBefore = new Date(test.clock.wall() / 1000 + 5_000).toISOString().replace("Z", "000Z");
    expect(await test.resolved(dead)).toMatchObject({ error: { context: { not_before: notBefore } } });
  });

  it.each([
    [120_000, "ATTEMPT_STILL_VALID"],
    [120_000.001, "RESOLVED"],
  ] as const)("given requests that don't expire, %d ms after the attempt, so %s", async (passedMs, so) => {
    const { validUntil: _, ...forEver } = pathTo.IN_DOUBT[0];
    const test = await setUp((_order, { clock }) => ({ kind: "NOT_FOUND", asOf: clock.wall() }), {}, [
      forEver,
      pathTo.IN_DOUBT[1],
    ]);
    test.clock.advance(passedMs);
    const resolved = await test.resolved(dead);
    expect(resolved.kind === "REFUSED" ? resolved.error.code : resolved.kind).toBe(so);
  });

  it("given that the venue has it, so what it tells is recorded and the operator is told", async () => {
    const test = await setUp(found({ evidence: { kind: "FILLED" }, fills: [fillOf("F1", "1")] }));
    test.clock.advance(longAfter);
    expect(await test.resolved(dead)).toMatchObject({
      kind: "REFUSED",
      order: { state: "FILLED" },
      error: { code: "VENUE_ORDER_FOUND", context: { venue_order_id: "V1", state: "FILLED" } },
    });
    expect((await stored(test, test.order)).state).toBe("FILLED");
  });

  it("given that the venue has it and does not name it, so the operator is told without a name", async () => {
    const test = await setUp(({ orderId }) => ({
      kind: "FOUND",
      report: { submitKey: keyOf(orderId, 1), evidence: { kind: "OPEN" }, fills: [] },
    }));
    expect(await test.resolved(dead)).toMatchObject({
      order: { state: "CONFIRMING" },
      error: { code: "VENUE_ORDER_FOUND", context: { venue_order_id: "" } },
    });
  });

  it("given a venue that is no longer configured, so our clock decides", async () => {
    const test = await setUp(() => unavailable, { desk: { venues: new Map() } });
    test.clock.advance(longAfter);
    expect((await test.resolved(dead)).kind).toBe("RESOLVED");
    expect(test.venue.calls).toEqual([]);
  });
});

describe("an order that can't be resolved", () => {
  it.each([
    "PENDING",
    "SUBMITTED",
    "CONFIRMING",
    "PARTIALLY_FILLED",
    "CANCELLING",
    "FAILED_WILL_RETRY",
    "FILLED",
  ] as const)("given %s, so it is refused and the venue is not asked", async (phase) => {
    const test = await setUp(found(), {}, pathTo[phase]);
    for (const resolution of [
      { ...adopt, verdict: { kind: "ADOPT", venueOrderId: venueOrderId("V9") } } as const,
      dead,
    ]) {
      expect(await test.resolved(resolution)).toMatchObject({
        kind: "REFUSED",
        error: { code: "ORDER_NOT_IN_DOUBT", context: { state: test.order.state } },
      });
    }
    expect(test.venue.calls).toEqual([]);
    expect(test.committed).toEqual([]);
  });

  it("given another version than the operator saw, so it is refused", async () => {
    const test = await setUp(found());
    const resolved = await test.resolved({ ...adopt, version: test.order.version - 1 });
    expect(resolved).toMatchObject({ kind: "REFUSED", error: { code: "VERSION_MISMATCH", context: { version: "3" } } });
    expect((await test.resolved({ ...adopt, version: test.order.version })).kind).toBe("RESOLVED");
  });
});

describe("an order that its venue has forgotten", () => {
  const path = [...pathTo.PARTIALLY_FILLED, sampleEvents.VANISHED];

  it("given that the venue shows it after all, so it is adopted again, with what it has filled since", async () => {
    const test = await setUp(found({ fills: [fillOf("F9", "0.2")] }), {}, path);
    expect(test.order).toMatchObject({ state: "IN_DOUBT", cumQuantity: "0.1", attempt: { venueOrderId: "V1" } });
    const { order } = await test.resolved(adopt);
    expect(order).toMatchObject({ state: "PARTIALLY_FILLED", cumQuantity: "0.3" });
  });

  it("given that it is declared dead, so it ends CANCELLED with the fills it had", async () => {
    const test = await setUp((order) => ({ kind: "NOT_FOUND", asOf: addMs(order.requestedAt, longAfter) }), {}, path);
    expect((await test.resolved(dead)).order).toMatchObject({ state: "CANCELLED", cumQuantity: "0.1" });
  });
});

describe("a resolution that comes twice", () => {
  it.each([
    ["adopt", adopt, found()],
    ["declare dead", dead, ((order) => ({ kind: "NOT_FOUND", asOf: addMs(order.requestedAt, longAfter) })) as Answer],
  ] as const)("%s: given a repetition, so the same order, and nothing is stored", async (_what, resolution, answer) => {
    const test = await setUp(answer);
    const { order } = await test.resolved({ ...resolution, version: test.order.version });
    test.committed.length = 0;
    expect(await resolveInDoubt(test.desk, order, { ...resolution, version: test.order.version })).toEqual({
      kind: "REPLAYED",
      order,
    });
    expect(test.committed).toEqual([]);
  });

  it("given two operators at the same time who disagree, so one decides and the other is told", async () => {
    let isShown = true;
    const test = await setUp((order, desk) =>
      isShown ? found()(order, desk) : { kind: "NOT_FOUND", asOf: addMs(order.requestedAt, longAfter) },
    );
    const first = test.resolved(adopt);
    isShown = false;
    const [adopted, declared] = await Promise.all([first, test.resolved(dead)]);
    expect(new Set([adopted.kind, declared.kind])).toEqual(new Set(["RESOLVED", "REFUSED"]));
  });
});

describe("an order that others change meanwhile", () => {
  it("given 5 lost races, so it gives up and says what to do", async () => {
    const test = await setUp(found(), {
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async commit(change) {
            const isAdoption = change.records.some(({ cause }) => cause.type === "ADOPTED");
            return isAdoption ? { kind: "STALE_VERSION" } : orders.commit(change);
          },
        },
      }),
    });
    await expect(test.resolved(adopt)).rejects.toMatchObject({ code: "ORDER_CONTENDED" });
    expect(test.venue.callsOf("lookup")).toHaveLength(5);
  });
});
