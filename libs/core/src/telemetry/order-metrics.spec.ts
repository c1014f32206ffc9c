import { describe, expect, it } from "vitest";
import { invariants } from "../audit/invariant.ts";
import { price } from "../money/price.ts";
import { changeOrder, placedRecord } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { after, fillOf, orderIn, sampleEvents } from "../testing/order-fixtures.ts";
import { RecordingMeter, spelt } from "../testing/recording-meter.ts";
import { wallTime } from "../time/wall-time.ts";
import { venueId } from "../venue/venue-id.ts";
import { OrderMetrics } from "./order-metrics.ts";

function told(order: Order, events: readonly OrderEvent[], recovered = false): RecordingMeter {
  const meter = new RecordingMeter();
  new OrderMetrics(meter.meter).committed(order, changeOrder(order, events, after(2_000), { recovered }));
  return meter;
}

const expecting = { expectedPrice: price("50000") };
const dear = { type: "FILLED_FULLY", fill: fillOf("F9", "1", { lastPrice: price("51000") }) } as const;

describe("metrics", () => {
  it("given an order that is filled, so its end, its time, its cost and its fill are counted", () => {
    const meter = told(orderIn("CONFIRMING", expecting), [dear]);
    expect(meter.told("surefill_orders")).toEqual(["1 venue=paper type=LIMIT side=BUY state=FILLED"]);
    expect(meter.told("surefill_order_seconds")).toEqual(["2 venue=paper state=FILLED"]);
    expect(meter.told("surefill_slippage_cost_bps")).toEqual(["200 venue=paper side=BUY"]);
    expect(meter.told("surefill_slippage_alerts")).toEqual(["1 venue=paper"]);
    expect(meter.told("surefill_fills")).toEqual(["1 venue=paper"]);
    expect(meter.told("surefill_order_transitions")).toEqual(["1 venue=paper cause=FILLED_FULLY state=FILLED"]);
  });

  it("given an order that ends without a fill or an expected price, so no cost is", () => {
    expect(told(orderIn("SUBMITTED", expecting), [sampleEvents.REJECTED]).told("surefill_slippage_cost_bps")).toEqual(
      [],
    );
    expect(told(orderIn("CONFIRMING"), [dear]).told("surefill_slippage_cost_bps")).toEqual([]);
  });

  it("given an order that is not at its end, so no end is", () => {
    const meter = told(orderIn("CONFIRMING"), [sampleEvents.FILLED_PARTLY]);
    expect(meter.told("surefill_orders")).toEqual([]);
    expect(meter.told("surefill_fills")).toEqual(["1 venue=paper"]);
  });

  it("given a fill after the end, so it is counted as late, and the end not again", () => {
    const meter = told(orderIn("CANCELLED"), [sampleEvents.FILLED_FULLY]);
    expect(meter.told("surefill_late_fills")).toEqual(["1 venue=paper"]);
    expect(meter.told("surefill_orders")).toEqual([]);
    expect(told(orderIn("FILLED"), [sampleEvents.FILLED_PARTLY]).told("surefill_overfills")).toEqual(["1 venue=paper"]);
  });

  it("given an attempt that turned up, so it is counted once, whatever comes of it", () => {
    const { SURPLUS_ATTEMPT } = sampleEvents;
    const { cancelAfter: _, ...ended } = SURPLUS_ATTEMPT.attempt;
    const meter = told(orderIn("CANCELLED"), [SURPLUS_ATTEMPT, { ...SURPLUS_ATTEMPT, attempt: ended }]);
    expect(meter.told("surefill_surplus_attempts")).toEqual(["1 venue=paper"]);
  });

  it("given a retry and a recovery, so they are counted", () => {
    expect(told(orderIn("SUBMITTED"), [sampleEvents.RETRY_SCHEDULED]).told("surefill_retries")).toEqual([
      "1 venue=paper code=VENUE_BUSY",
    ]);
    expect(told(orderIn("SUBMITTED"), [sampleEvents.ANSWER_LOST], true).told("surefill_recoveries")).toEqual([
      "1 venue=paper",
    ]);
  });

  it("given a new order that is denied, so it has ended", () => {
    const meter = new RecordingMeter();
    const order = orderIn("DENIED");
    new OrderMetrics(meter.meter).committed(undefined, { order, records: [placedRecord(order)] });
    expect(meter.told("surefill_orders")).toEqual(["1 venue=paper type=LIMIT side=BUY state=DENIED"]);
  });

  it("given a start, so what is rare begins at 0, for a counter that first shows at 1 has not grown", () => {
    const meter = new RecordingMeter();
    new OrderMetrics(meter.meter).venueOpened("paper");
    const zeros = meter.measured.map((one) => `${one.name} ${spelt(one)}`);
    expect(zeros).toContain("surefill_invariant_violations 0 invariant=EVENTS_REPLAY");
    expect(zeros).toContain("surefill_overfills 0 venue=paper");
    expect(zeros).toHaveLength(Object.keys(invariants).length + 6);
  });

  it("given an audit, so what it saw, left out and found is counted", () => {
    const meter = new RecordingMeter();
    const violation = { invariant: "FILLS_SUM_UP", subject: "cum_quantity", expected: "1", stored: "2" } as const;
    const step = { orders: 3, balances: 2, skipped: ["order 1"], violations: [violation] };
    const metrics = new OrderMetrics(meter.meter);
    metrics.audited(step);
    metrics.audited({ ...step, skipped: [], violations: [] });
    expect(meter.told("surefill_invariant_violations")).toEqual(["1 invariant=FILLS_SUM_UP"]);
    expect(meter.told("surefill_audited_orders")).toEqual(["3", "3"]);
    expect(meter.told("surefill_audit_skips")).toEqual(["1"]);
  });

  it("given open orders, so a scrape shows how many, and how long the oldest has been in doubt", async () => {
    const meter = new RecordingMeter();
    const venue = venueId("paper");
    new OrderMetrics(meter.meter).observe(
      () => wallTime(5_500_000),
      async () => [
        { venue, state: "CONFIRMING", orders: 7, since: wallTime(1) },
        { venue, state: "IN_DOUBT", orders: 2, since: wallTime(4_000_000) },
      ],
    );
    expect((await meter.observed()).map((one) => `${one.name} ${spelt(one)}`)).toEqual([
      "surefill_orders_open 7 venue=paper state=CONFIRMING",
      "surefill_orders_open 2 venue=paper state=IN_DOUBT",
      "surefill_orders_in_doubt 2 venue=paper",
      "surefill_in_doubt_age_seconds 1.5 venue=paper",
    ]);
  });
});
