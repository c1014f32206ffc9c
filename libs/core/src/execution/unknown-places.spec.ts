import { describe, expect, it } from "vitest";
import { instrumentId } from "../instrument/instrument.ts";
import { venueOrderId } from "../order/order-id.ts";
import { deskForTests, orderAfter, pathTo } from "../testing/desk-for-tests.ts";
import { limitBuy, requestedAt } from "../testing/order-fixtures.ts";
import { venueId } from "../venue/venue-id.ts";
import { place } from "./place.ts";
import { resolveInDoubt } from "./resolve-in-doubt.ts";

const elsewhere = venueId("elsewhere");
const byOperator = { operator: "ann", reason: "seen at the venue" };

describe("what this process does not know", () => {
  it("given an instrument that the venue does not have, so the order is DENIED, naming it, and has no assets", async () => {
    const test = deskForTests();
    const instrument = instrumentId("DOGE/USDT");
    expect(await place(test.desk, { ...limitBuy, instrument }, { requestedAt })).toMatchObject({
      kind: "PLACED",
      order: {
        ...{ state: "DENIED", base: "", quote: "" },
        lastError: { code: "INSTRUMENT_UNKNOWN", context: { field: "instrument", instrument, venue: limitBuy.venue } },
      },
    });
  });

  it.each([{ kind: "ADOPT", venueOrderId: venueOrderId("V1") } as const, { kind: "DECLARE_DEAD" } as const])(
    "given an order in doubt at a venue that is not configured, so $kind is refused for now",
    async (verdict) => {
      const test = deskForTests();
      const order = await orderAfter(test, pathTo.IN_DOUBT, { venue: elsewhere });
      const resolved = await resolveInDoubt(test.desk, order, { ...byOperator, verdict });
      const code = verdict.kind === "ADOPT" ? "UNKNOWN_VENUE" : "ATTEMPT_STILL_VALID";
      expect(resolved).toMatchObject({ kind: "REFUSED", order, error: { code } });
      const [kept] = await test.store.evidence.ofOrders([order.orderId]);
      expect(kept).toBeUndefined();
    },
  );
});
