import { price, quantity } from "@surefill/core";
import type { FaultKind, StandFault, VenueStand } from "@surefill/venue-testkit";
import { faultKinds } from "@surefill/venue-testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { signatureOf } from "./rest/authenticate.ts";
import { patience } from "./testing/patience.ts";
import { openVenueStand } from "./venue-stand.ts";

const reachSchema = z.object({
  origin: z.string(),
  credentials: z.object({ alice: z.object({ apiKey: z.string(), secret: z.string() }) }),
});

async function openKitStand(): Promise<VenueStand> {
  const stand = await openVenueStand({ configOf: (reach) => reach, time: "VIRTUAL" });
  onTestFinished(() => stand.close());
  return stand;
}

/** A request of alice's, as "status body", or why there is none. */
async function ask(
  stand: VenueStand,
  method: string,
  path: string,
  parameters: Record<string, string>,
  signal: AbortSignal | null = null,
): Promise<string> {
  const { origin, credentials } = reachSchema.parse(stand.config);
  const { apiKey, secret } = credentials.alice;
  const timestamp = String(Math.floor(stand.venueTime() / 1_000));
  const text = String(new URLSearchParams({ ...parameters, timestamp }));
  const url = `${origin}${path}?${text}&signature=${signatureOf(text, secret)}`;
  try {
    const response = await fetch(url, { method, headers: { "x-mbx-apikey": apiKey }, signal });
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : error.name;
  }
}

const limit = { symbol: "BTCUSDT", side: "BUY", type: "LIMIT", timeInForce: "GTC", quantity: "1", price: "40000" };
const submit = (stand: VenueStand, id: string, terms: Record<string, string> = limit, signal?: AbortSignal) =>
  ask(stand, "POST", "/api/v3/order", { ...terms, newClientOrderId: id }, signal);

/** As submit, but whoever asks gives up once the stand has the request. */
async function submitAndGiveUp(stand: VenueStand, id: string): Promise<string> {
  const given = new AbortController();
  const answer = submit(stand, id, limit, given.signal);
  await expect.poll(async () => (await stand.requests()).SUBMIT, patience).toBe(1);
  given.abort();
  return answer;
}

const accepted = async (stand: VenueStand) => (await stand.log()).filter(({ type }) => type === "ACCEPTED").length;

describe("the kit's faults", () => {
  const ofSubmit: readonly [FaultKind, RegExp, number][] = [
    ["CONNECTION_REFUSED", /^ECONNREFUSED$/, 0],
    ["CUT_BEFORE", /^(UND_ERR_SOCKET|ECONNRESET)$/, 0],
    ["CUT_AFTER", /^(UND_ERR_SOCKET|ECONNRESET)$/, 1],
    ["SILENT_BEFORE", /^AbortError$/, 0],
    ["SILENT_AFTER", /^AbortError$/, 1],
    ["BODY_STALLED", /^AbortError$/, 1],
    ["BODY_TRUNCATED", /^(UND_ERR_SOCKET|ECONNRESET)$/, 1],
    ["BODY_HTML", /^200 <html>/, 1],
    ["BODY_EMPTY", /^200 $/, 1],
    ["BODY_MALFORMED", /^200 \{"success":true/, 1],
    ["SERVER_ERROR_BEFORE", /^502 /, 0],
    ["SERVER_ERROR_AFTER", /^502 /, 1],
    ["RATE_LIMITED", /^429 /, 0],
    ["UNAUTHORIZED", /^401 .*-2015/, 0],
    ["HELD_BACK", /^(UND_ERR_SOCKET|ECONNRESET)$/, 0],
    ["NOT_FOUND", /^400 .*-2013/, 0],
  ];

  test.each(ofSubmit)("given %s, so it happens to one request and no other", async (kind, so, count) => {
    const stand = await openKitStand();
    await stand.inject({ kind, on: "SUBMIT" });
    const isSilent = kind.startsWith("SILENT") || kind === "BODY_STALLED";
    expect(await (isSilent ? submitAndGiveUp(stand, "a") : submit(stand, "a"))).toMatch(so);
    expect(await accepted(stand)).toBe(count);
    expect((await stand.requests()).SUBMIT).toBe(kind === "CONNECTION_REFUSED" ? 0 : 1);
    expect(await submit(stand, "b")).toMatch(/^200 /);
    await stand.deliverHeld();
    expect(await accepted(stand)).toBe(kind === "HELD_BACK" ? 2 : count + 1);
  });

  test("given all that the kit knows, so each is one of a request, of a report or of the stream", () => {
    const ofReports = ["REPORT_DROPPED", "REPORT_DUPLICATED", "REPORTS_REORDERED", "STREAM_CUT"];
    expect(Object.keys(faultKinds).sort()).toEqual([...ofSubmit.map(([kind]) => kind), ...ofReports].sort());
  });

  test("given faults of reports, so they are taken", async () => {
    const stand = await openKitStand();
    const faults: readonly StandFault[] = [
      { kind: "REPORT_DROPPED", on: "STREAM", times: 2 },
      { kind: "STREAM_CUT", on: "STREAM" },
    ];
    for (const fault of faults) await expect(stand.inject(fault)).resolves.toBeUndefined();
  });
});

describe("the kit's stand", () => {
  test("given what happens to orders, so its log tells it as the kit reads it", async () => {
    const stand = await openKitStand();
    const [btc] = stand.instruments;
    const [alice, bob] = stand.accounts;
    await submit(stand, "a");
    await submit(stand, "b", { symbol: "BTCUSDT", side: "BUY", type: "MARKET", quoteOrderQty: "100" });
    const stop = { symbol: "BTCUSDT", side: "SELL", type: "STOP_LOSS", quantity: "1", stopPrice: "45000" };
    await submit(stand, "c", stop);
    const order = {
      instrument: btc.symbol,
      side: "SELL",
      quantity: quantity("2"),
      limitPrice: price("60000"),
    } as const;
    const foreign = await stand.placeForeign(bob, order);
    await stand.fill(foreign, quantity("0.5"));
    await stand.cancelUnasked(foreign);
    await ask(stand, "DELETE", "/api/v3/order", { symbol: "BTCUSDT", origClientOrderId: "a" });
    const at = expect.any(Number);
    expect(await stand.log()).toEqual([
      {
        type: "ACCEPTED",
        account: alice,
        venueOrderId: "1000",
        submitKey: "a",
        instrument: "BTC/USDT",
        side: "BUY",
        quantity: "1",
        limitPrice: "40000",
        at,
      },
      {
        type: "ACCEPTED",
        account: alice,
        venueOrderId: "1001",
        submitKey: "b",
        instrument: "BTC/USDT",
        side: "BUY",
        quoteAmount: "100",
        at,
      },
      {
        type: "FILLED",
        account: alice,
        venueOrderId: "1001",
        venueFillId: "1",
        quantity: "0.00199",
        price: "50000.01",
        fee: { asset: "BTC", amount: "0.00000199" },
        at,
      },
      {
        type: "ACCEPTED",
        account: alice,
        venueOrderId: "1002",
        submitKey: "c",
        instrument: "BTC/USDT",
        side: "SELL",
        quantity: "1",
        triggerPrice: "45000",
        at,
      },
      {
        type: "ACCEPTED",
        account: bob,
        venueOrderId: "1003",
        submitKey: expect.stringMatching(/^web_/),
        instrument: "BTC/USDT",
        side: "SELL",
        quantity: "2",
        limitPrice: "60000",
        at,
      },
      {
        type: "FILLED",
        account: bob,
        venueOrderId: "1003",
        venueFillId: "2",
        quantity: "0.5",
        price: "60000",
        fee: { asset: "USDT", amount: "30" },
        at,
      },
      { type: "ENDED", account: bob, venueOrderId: "1003", how: "EXPIRED", at },
      { type: "ENDED", account: alice, venueOrderId: "1000", how: "CANCELLED", at },
    ]);
  });

  test("given prices, with and without quantities, so the market is that, and what it comes to is executed", async () => {
    const stand = await openKitStand();
    const [{ symbol }] = stand.instruments;
    expect(stand.market(symbol)).toEqual({ bid: "49999.99", ask: "50000.01" });
    await submit(stand, "a");
    await stand.setPrice(symbol, { bid: price("39000"), ask: price("39500"), askQuantity: quantity("0.4") });
    expect((await stand.log()).at(-1)).toMatchObject({ type: "FILLED", quantity: "0.4", price: "40000" });
    await stand.setPrice(symbol, { bid: price("45000"), ask: price("45001"), bidQuantity: quantity("3") });
    expect(stand.market(symbol)).toEqual({ bid: "45000", ask: "45001", bidQuantity: "3" });
    await submit(stand, "b", { symbol: "BTCUSDT", side: "BUY", type: "MARKET", quantity: "1" });
    expect(stand.market(symbol)).toEqual({ bid: "45000", ask: "45001", bidQuantity: "3" });
  });

  test("given time that passes and a clock set ahead, so venue time follows both, and the library's the first alone", async () => {
    const stand = await openKitStand();
    const [start, libraryStart] = [stand.venueTime(), stand.clock.wall()];
    await stand.advance(1_500);
    expect([stand.venueTime() - start, stand.clock.wall() - libraryStart]).toEqual([1_500_000, 1_500_000]);
    await stand.skewClock(-60_000);
    expect([stand.venueTime() - start, stand.clock.wall() - libraryStart]).toEqual([-58_500_000, 1_500_000]);
  });

  test("given an outage, so connections are refused until it ends", async () => {
    const stand = await openKitStand();
    await stand.outage(true);
    expect(await submit(stand, "a")).toBe("ECONNREFUSED");
    expect(await accepted(stand)).toBe(0);
    expect(await submit(stand, "a")).toBe("ECONNREFUSED");
    await stand.outage(false);
    expect(await submit(stand, "a")).toMatch(/^200 /);
  });

  test("given its rules, so they are those the exchange shows; its secrets are those that it was configured with", async () => {
    const stand = await openKitStand();
    expect(stand.instruments.map(({ symbol, tickSize, lotSize }) => [symbol, tickSize, lotSize])).toEqual([
      ["BTC/USDT", "0.01", "0.00001"],
      ["ETH/USDT", "0.01", "0.0001"],
    ]);
    const { credentials } = reachSchema.parse(stand.config);
    expect(stand.secrets).toEqual(expect.arrayContaining([credentials.alice.apiKey, credentials.alice.secret]));
  });
});
