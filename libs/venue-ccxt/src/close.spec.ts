import { submitKey } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { fakeBinance } from "./testing/fake-binance.ts";
import { btc, main, never, openVenue, prepared } from "./testing/open-venue.ts";

const order = "POST /api/v3/order";
const reference = { account: main, instrument: btc, submitKey: submitKey("s1") };

async function open() {
  const clock = new ManualClock();
  return openVenue("binance", fakeBinance(clock), {}, clock);
}

describe("a venue that was closed", () => {
  test("given an attempt that was prepared before, so it is not sent", async () => {
    const opened = await open();
    const attempt = await prepared(opened);
    await opened.venue.close();
    expect(await opened.venue.submit(main, attempt, never)).toMatchObject({
      kind: "NOT_SENT",
      error: { code: "VENUE_UNREACHABLE" },
    });
    expect(opened.fake.heardOf(order)).toEqual([]);
  });

  test("given an order under way when it is closed, so the call ends, and the order is in doubt", async () => {
    const opened = await open();
    const { venue, fake } = opened;
    const attempt = await prepared(opened);
    const arrived = new Promise<void>((resolve) => {
      fake.on(order, () => {
        resolve();
        return new Promise<Response>(() => {});
      });
    });
    const outcome = venue.submit(main, attempt, never);
    await arrived;
    await venue.close();
    expect(await outcome).toMatchObject({ kind: "UNKNOWN" });
  });

  test("given questions and cancels, so nothing leaves, and nobody is told that something is not there", async () => {
    const { venue, fake } = await open();
    await venue.instruments(never);
    await venue.close();
    const before = fake.heard.length;
    await expect(venue.openOrders(main, never)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "UNAVAILABLE" });
    expect(["REFUSED", "UNKNOWN"]).toContain((await venue.cancel(reference, never)).kind);
    await venue.close();
    expect(fake.heard.length).toBe(before);
  });
});
