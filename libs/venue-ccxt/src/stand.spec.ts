import {
  type AccountId,
  type ExecutionReport,
  type Instruction,
  loadVenue,
  type PreparedAttempt,
  price,
  quantity,
  SeededRandom,
  type SubmitKey,
  type Venue,
  venueId,
} from "@surefill/core";
import type { FaultKind, VenueStand } from "@surefill/venue-testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { plugin } from "./index.ts";
import { conformance } from "./testing/conformance.ts";
import { anOrder, never, request, silent } from "./testing/open-venue.ts";

interface Opened {
  readonly venue: Venue;
  readonly stand: VenueStand;
  readonly account: AccountId;
}

/** ccxt's own binance on a local Binance, over real HTTP. */
async function open(): Promise<Opened> {
  const stand = await conformance.openStand();
  onTestFinished(() => stand.close());
  const { clock, config, accounts } = stand;
  const environment = {
    venue: venueId("x"),
    accounts,
    clock,
    random: new SeededRandom(1),
    log: silent,
    http: fetch,
    signal: never,
  };
  const { venue } = await loadVenue(plugin, config, environment);
  return { venue, stand, account: accounts[0] };
}

async function prepare(
  { venue, account, stand }: Opened,
  fields: Partial<Instruction> = {},
  number = 1,
): Promise<PreparedAttempt> {
  const [instrument] = stand.instruments;
  const answer = await venue.prepare(request({ account, instrument: instrument.symbol, ...fields }, number), never);
  if (answer.kind === "FAILED") throw new Error(answer.error.message);
  return answer.attempt;
}

function reference({ account, stand }: Opened, submitKey: SubmitKey) {
  return { account, instrument: stand.instruments[0].symbol, submitKey };
}

/** What a call ends with; time passes while nothing answers it. */
async function ended<T>({ stand }: Opened, call: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  call.then(over, over);
  for (let step = 0; step < 200 && !isOver; step += 1) await stand.advance(10);
  return call;
}

const acceptedIn = async (stand: VenueStand) => (await stand.log()).filter((event) => event.type === "ACCEPTED");

describe("ccxt's binance on a local Binance", () => {
  test("given an order's whole life, so each side tells the same", async () => {
    const opened = await open();
    const { venue, stand, account } = opened;
    const attempt = await prepare(opened);
    const outcome = await venue.submit(account, attempt, never);
    expect(outcome).toMatchObject({
      kind: "ACCEPTED",
      report: { submitKey: attempt.submitKey, evidence: { kind: "OPEN" } },
    });
    if (outcome.kind !== "ACCEPTED" || outcome.venueOrderId === undefined) throw new Error("not accepted");
    await stand.fill(outcome.venueOrderId, quantity("0.004"));
    expect(await venue.openOrders(account, never)).toMatchObject([
      { submitKey: attempt.submitKey, cumQuantity: "0.004" },
    ]);
    expect(await venue.cancel(reference(opened, attempt.submitKey), never)).toMatchObject({ kind: "ACCEPTED" });
    const found = await venue.lookup(reference(opened, attempt.submitKey), never);
    expect(found).toMatchObject({ kind: "FOUND", report: { evidence: { kind: "CANCELLED" }, cumQuantity: "0.004" } });
    const report: ExecutionReport | undefined = found.kind === "FOUND" ? found.report : undefined;
    const page = await venue.fillsSince(account, attempt.venueTime ?? stand.venueTime(), 100, never);
    expect(page.fills.map(({ fill }) => fill)).toEqual(report?.fills);
    expect(await venue.openOrders(account, never)).toEqual([]);
    expect(await venue.cancel(reference(opened, attempt.submitKey), never)).toEqual({ kind: "NOT_OPEN" });
  });

  test.each([
    // given, so (kind, orders that exist)
    ["CONNECTION_REFUSED", "NOT_SENT", 0],
    ["CUT_BEFORE", "UNKNOWN", 0],
    ["CUT_AFTER", "UNKNOWN", 1],
    ["SILENT_BEFORE", "UNKNOWN", 0],
    ["SILENT_AFTER", "UNKNOWN", 1],
    ["BODY_STALLED", "UNKNOWN", 1],
    ["BODY_TRUNCATED", "UNKNOWN", 1],
    ["BODY_HTML", "UNKNOWN", 1],
    ["BODY_EMPTY", "UNKNOWN", 1],
    ["BODY_MALFORMED", "UNKNOWN", 1],
    ["SERVER_ERROR_BEFORE", "UNKNOWN", 0],
    ["SERVER_ERROR_AFTER", "UNKNOWN", 1],
    ["RATE_LIMITED", "REJECTED", 0],
    ["UNAUTHORIZED", "REJECTED", 0],
  ] as const satisfies readonly (readonly [FaultKind, string, number])[])(
    "given %s, so %s, sent once, and a look-up tells whether it exists",
    async (kind, outcome, count) => {
      const opened = await open();
      const { venue, stand, account } = opened;
      const attempt = await prepare(opened);
      await stand.inject({ kind, on: "SUBMIT" });
      expect(await ended(opened, venue.submit(account, attempt, never))).toMatchObject({ kind: outcome });
      expect(await acceptedIn(stand)).toHaveLength(count);
      expect((await stand.requests()).SUBMIT).toBeLessThanOrEqual(1);
      const looked = await venue.lookup(reference(opened, attempt.submitKey), never);
      expect(looked.kind).toBe(count === 1 ? "FOUND" : "NOT_FOUND");
    },
  );

  test("given a request that arrives after its window, so the exchange refuses it, and absence is proven by then", async () => {
    const opened = await open();
    const { venue, stand, account } = opened;
    const attempt = await prepare(opened);
    await stand.inject({ kind: "HELD_BACK", on: "SUBMIT" });
    expect(await venue.submit(account, attempt, never)).toMatchObject({ kind: "UNKNOWN" });
    const early = await venue.lookup(reference(opened, attempt.submitKey), never);
    expect(early.kind === "NOT_FOUND" && early.asOf > (attempt.validUntil ?? 0)).toBe(false);
    await stand.advance(1_100);
    await stand.deliverHeld();
    expect(await acceptedIn(stand)).toEqual([]);
    const late = await venue.lookup(reference(opened, attempt.submitKey), never);
    expect(late.kind === "NOT_FOUND" && late.asOf > (attempt.validUntil ?? 0)).toBe(true);
  });

  test("given an exchange whose clock is ahead, so orders are stamped by it", async () => {
    const opened = await open();
    await opened.stand.skewClock(30_000);
    const attempt = await prepare(opened);
    expect(await opened.venue.submit(opened.account, attempt, never)).toMatchObject({ kind: "ACCEPTED" });
  });

  test("given a stop-loss and a take-profit, so they wait until the market comes", async () => {
    const opened = await open();
    const { venue, stand, account } = opened;
    const sell = { side: "SELL", size: { in: "BASE", quantity: quantity("0.01") } } as const;
    const stop = await prepare(opened, {
      ...sell,
      pricing: { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price("45000") },
    });
    const target = await prepare(
      opened,
      { ...sell, pricing: { type: "TAKE_PROFIT", timeInForce: "GTC", triggerPrice: price("55000") } },
      2,
    );
    for (const attempt of [stop, target])
      expect(await venue.submit(account, attempt, never)).toMatchObject({ kind: "ACCEPTED" });
    expect(await venue.openOrders(account, never)).toHaveLength(2);
    await stand.setPrice(stand.instruments[0].symbol, { bid: price("44999.99"), ask: price("45000.01") });
    expect(await venue.lookup(reference(opened, stop.submitKey), never)).toMatchObject({
      report: { evidence: { kind: "FILLED" }, cumQuantity: "0.01", fills: [{ lastPrice: "44999.99" }] },
    });
    expect(await venue.cancelAll?.(account, stand.instruments[0].symbol, never)).toEqual({ kind: "ACCEPTED" });
    expect(await venue.lookup(reference(opened, target.submitKey), never)).toMatchObject({
      report: { evidence: { kind: "CANCELLED" } },
    });
  });

  test("given a foreign order, so it is listed, and can be cancelled by its own id", async () => {
    const opened = await open();
    const { venue, stand, account } = opened;
    const [{ symbol }] = stand.instruments;
    const id = await stand.placeForeign(account, {
      instrument: symbol,
      side: "BUY",
      quantity: quantity("0.01"),
      limitPrice: price("40000"),
    });
    const [foreign] = await venue.openOrders(account, never);
    expect(foreign).toMatchObject({ venueOrderId: id, instrument: symbol });
    if (foreign === undefined) throw new Error("not listed");
    const named = { account, instrument: symbol, submitKey: foreign.submitKey, venueOrderId: id };
    expect(await venue.cancel(named, never)).toMatchObject({ kind: "ACCEPTED" });
    expect(await venue.openOrders(account, never)).toEqual([]);
  });

  test("given everything that it said, so no key stands in it", async () => {
    const opened = await open();
    const { venue, stand, account } = opened;
    await stand.inject({ kind: "UNAUTHORIZED", on: "SUBMIT" });
    const attempt = await prepare(opened);
    const said = [
      await venue.submit(account, attempt, never),
      { ...attempt, payload: undefined },
      Buffer.from(attempt.storedPayload ?? []).toString(),
      anOrder,
    ];
    const text = JSON.stringify(said);
    expect(stand.secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});
