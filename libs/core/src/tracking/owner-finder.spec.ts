import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import { instrumentId } from "../instrument/instrument.ts";
import { venueOrderId } from "../order/order-id.ts";
import { deskForTests, keyOf, orderAfter, pathTo, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { fillOf, sampleEvents } from "../testing/order-fixtures.ts";
import { addMs } from "../time/wall-time.ts";
import type { ReportedFill } from "../venue/venue.ts";
import { LiveOrders } from "./live-orders.ts";
import { OwnerFinder } from "./owner-finder.ts";

const btc = instrumentId("BTC/USDT");
const eth = instrumentId("ETH/USDT");
const ofVenueOrder = (id: string, instrument = btc): ReportedFill => ({
  instrument,
  fill: fillOf("F1", "0.1", { venueOrderId: venueOrderId(id) }),
});

function finderOf(test: TestDesk) {
  const live = new LiveOrders();
  const finder = new OwnerFinder(test.desk, venueAccount, live);
  const ownerOf = async (reported: ReportedFill, everywhere = true) => {
    const owner = (await finder.find([reported], everywhere)).get(reported);
    return owner && { orderId: owner.order.orderId, submitKey: owner.submitKey };
  };
  return { live, finder, ownerOf };
}

/** The same at a place where it is in the index, and where only the store has it. */
const places = [
  ["live", true],
  ["that the index does not have", false],
] as const;

describe.each(places)("the owner of a fill, among orders %s", (_, isLive) => {
  async function setUp(events = pathTo.CONFIRMING as Parameters<typeof orderAfter>[1]) {
    const test = deskForTests();
    const order = await orderAfter(test, events);
    const { live, ownerOf } = finderOf(test);
    if (isLive) live.take(order);
    return { order, ownerOf };
  }

  it("given its submit key, so the order of that attempt, whatever else it says", async () => {
    const { order, ownerOf } = await setUp();
    const submitKey = keyOf(order.orderId, 1);
    expect(await ownerOf({ ...ofVenueOrder("V1", eth), submitKey })).toEqual({ orderId: order.orderId, submitKey });
  });

  it("given the venue's own id, so the attempt that has it", async () => {
    const { order, ownerOf } = await setUp();
    const owner = { orderId: order.orderId, submitKey: keyOf(order.orderId, 1) };
    expect(await ownerOf(ofVenueOrder("V1"))).toEqual(owner);
  });

  it("given that id at another instrument, so nobody: such ids may be unique at one only", async () => {
    const { ownerOf } = await setUp();
    expect(await ownerOf(ofVenueOrder("V1", eth))).toBeUndefined();
  });

  it("given another id, so nobody", async () => {
    const { ownerOf } = await setUp();
    expect(await ownerOf(ofVenueOrder("V2"))).toBeUndefined();
  });
});

describe("the owner of a fill", () => {
  it("given the venue's id of an attempt before the last, so that attempt", async () => {
    const test = deskForTests();
    const again = { ...sampleEvents.ACCEPTED, venueOrderId: venueOrderId("V2") };
    const order = await orderAfter(test, [
      ...[sampleEvents.ATTEMPT_PREPARED, sampleEvents.ACCEPTED, sampleEvents.RETRY_SCHEDULED],
      ...[sampleEvents.ATTEMPT_PREPARED, again, sampleEvents.FILLED_PARTLY],
    ]);
    const { live, ownerOf } = finderOf(test);
    live.take(order);
    const owner = (number: number) => ({ orderId: order.orderId, submitKey: keyOf(order.orderId, number) });
    expect(await ownerOf(ofVenueOrder("V2"))).toEqual(owner(2));
    expect(await ownerOf(ofVenueOrder("V1"))).toEqual(owner(1));
  });

  it("given the submit key of another account's order, so nobody of ours", async () => {
    const test = deskForTests();
    const theirs = await orderAfter(test, pathTo.CONFIRMING, { account: accountId("bob") });
    const submitKey = keyOf(theirs.orderId, 1);
    expect(await finderOf(test).ownerOf({ ...ofVenueOrder("V1"), submitKey })).toBeUndefined();
  });

  it("given only the index to look in, so one that it does not have is nobody's", async () => {
    const test = deskForTests();
    await orderAfter(test, pathTo.CONFIRMING);
    expect(await finderOf(test).ownerOf(ofVenueOrder("V1"), false)).toBeUndefined();
  });

  it.each([
    ["30 days", 0, true],
    ["longer", 1, false],
  ])("given an id of an order placed %s before the fill, so that order: %s ms more, %s", async (_, moreMs, isOwned) => {
    const test = deskForTests();
    const order = await orderAfter(test, pathTo.FILLED);
    const { fill, ...rest } = ofVenueOrder("V1");
    const venueTime = addMs(order.requestedAt, 30 * 24 * 60 * 60 * 1_000 + moreMs);
    const owner = await finderOf(test).ownerOf({ ...rest, fill: { ...fill, venueTime } });
    expect(owner?.orderId).toBe(isOwned ? order.orderId : undefined);
  });
});
