import { describe, expect, it } from "vitest";
import type { Desk } from "../desk/desk.ts";
import { clientOrderId } from "../order/order-id.ts";
import type { CancelAllTerms } from "../store/cancel-all-store.ts";
import { deskForTests, orderAfter, pathTo, venueAccount } from "../testing/desk-for-tests.ts";
import { limitBuy, requestedAt, terms } from "../testing/order-fixtures.ts";
import { ScriptedVenue } from "../testing/scripted-venue.ts";
import { btcPrice, btcUsdt } from "../testing/venue-fixtures.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { place } from "./place.ts";
import { recover } from "./recover.ts";
import { VenueOpenOrders } from "./venue-open-orders.ts";

const campaign: CancelAllTerms = {
  ...{ campaignId: "stop-1", scope: {}, covers: "OWN_ONLY", halts: true, keepsProtection: false },
  ...{ operator: "ann", reason: "emergency", requestedAt },
};

/** A venue with an ordinary way to it and an urgent one, which waits for no pause that the venue asked for. */
function twoWays() {
  const test = deskForTests();
  const script = { openOrders: async () => [], prices: async () => new Map([[btcUsdt.symbol, btcPrice]]) };
  const [ordinary, urgent] = [new ScriptedVenue(script), new ScriptedVenue(script)];
  const entry: VenueEntry = { ...test.entry, venue: ordinary, urgentVenue: urgent };
  const desk: Desk = { ...test.desk, venues: new Map([[entry.venueId, entry]]) };
  const asked = () => ({ ordinary: ordinary.calls, urgent: urgent.calls });
  return { ...test, desk, entry, asked };
}

const openOrders = { method: "openOrders", with: [venueAccount.account] };
const prices = { method: "prices", with: [[btcUsdt.symbol]] };

describe("the way a question goes to a venue", () => {
  it("given orders that a dead process left behind, so the urgent one: their accounts wait for it", async () => {
    const test = twoWays();
    await orderAfter(test, pathTo.SUBMITTED);
    await recover(test.desk, venueAccount, () => false);
    expect(test.asked()).toEqual({ ordinary: [], urgent: [openOrders] });
  });

  it("given a CancelAll, so the urgent one", async () => {
    const test = twoWays();
    const list = new VenueOpenOrders(test.desk, test.entry, campaign, venueAccount, new AbortController().signal);
    await list.read(new Map());
    expect(test.asked()).toEqual({ ordinary: [], urgent: [openOrders] });
  });

  it("given the price for a new entry, so the ordinary one", async () => {
    const test = twoWays();
    await place(test.desk, limitBuy, { requestedAt });
    expect(test.asked()).toEqual({ ordinary: [prices], urgent: [] });
  });

  it("given the price for what lessens a position, so the urgent one", async () => {
    const test = twoWays();
    const exit = { purpose: "EXIT", side: "SELL", positionId: terms.positionId } as const;
    await place(test.desk, { ...limitBuy, ...exit, clientOrderId: clientOrderId("exit-1") }, { requestedAt });
    expect(test.asked()).toEqual({ ordinary: [], urgent: [prices] });
  });
});
