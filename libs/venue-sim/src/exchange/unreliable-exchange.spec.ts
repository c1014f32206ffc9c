import {
  type AttemptReference,
  clientOrderId,
  type ExecutionReport,
  fillKey,
  type Instruction,
  instrumentId,
  orderId,
  price,
  quantity,
  type SubmitKey,
  type SubmitOutcome,
  venueId,
  wallTime,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connect } from "../client.ts";
import { environment } from "../testing/member.ts";
import { never, paper, simConfig } from "../testing/open-exchange.ts";
import { SimVenue } from "../venue.ts";

const instrument = instrumentId("BTC/USDT");

const instruction: Instruction = {
  clientOrderId: clientOrderId("c1"),
  account: paper,
  venue: venueId("sim"),
  instrument,
  side: "BUY",
  pricing: { type: "MARKET", timeInForce: "IOC" },
  size: { in: "BASE", quantity: quantity("1") },
  purpose: "ENTRY",
  tags: {},
};

const idOf = (order: number) => orderId(`0190a0b0-c0d0-7000-8000-${String(order).padStart(12, "0")}`);

async function open(faults: Record<string, number>, fields: Record<string, unknown> = {}) {
  const clock = new ManualClock();
  const config = simConfig({ faults, ...fields });
  return { clock, venue: new SimVenue(await connect(config, environment(clock)), config) };
}

/** Submits order `order`, once; what the venue says then, and what it can be asked about it. */
async function submit(
  venue: SimVenue,
  order = 1,
  fields: Partial<Instruction> = {},
): Promise<{ outcome: SubmitOutcome; reference: AttemptReference }> {
  const request = { orderId: idOf(order), instruction: { ...instruction, ...fields }, number: 1 };
  const answer = await venue.prepare(request, never);
  if (answer.kind === "FAILED") throw new Error(answer.error.message);
  const outcome = await venue.submit(paper, answer.attempt, never);
  return { outcome, reference: { account: paper, instrument, submitKey: answer.attempt.submitKey } };
}

describe("a fault", () => {
  test.each([
    // given, when (fault), so (outcome, what the exchange has)
    ["the connection is refused", { connectionRefusedRate: 1 }, "NOT_SENT", "NOT_FOUND"],
    ["the answer is lost after acceptance", { answerLostRate: 1 }, "UNKNOWN", "FOUND"],
    ["the answer is malformed", { answerMalformedRate: 1 }, "UNKNOWN", "FOUND"],
    ["none", {}, "ACCEPTED", "FOUND"],
  ])("%s", async (_given, faults, kind, found) => {
    const { venue } = await open(faults);
    const { outcome, reference } = await submit(venue);
    expect(outcome.kind).toBe(kind);
    expect((await venue.lookup(reference, never)).kind).toBe(found);
  });

  test("a cancelAll whose answer is lost is done, and the next one has a chance of its own", async () => {
    const { venue } = await open({ answerLostRate: 0.5 });
    const resting = { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("9000") } } as const;
    const kinds = new Set<string | undefined>();
    for (let order = 1; order <= 20; order += 1) {
      await submit(venue, order, resting);
      kinds.add((await venue.cancelAll(paper, undefined, never)).kind);
      expect(await venue.openOrders(paper, never)).toEqual([]);
    }
    expect([...kinds].toSorted()).toEqual(["ACCEPTED", "UNKNOWN"]);
  });

  test("a cancel whose answer is lost is done", async () => {
    const { venue } = await open({ answerLostRate: 1 });
    const limitPrice = price("9000");
    const { reference } = await submit(venue, 1, { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice } });
    expect(await venue.cancel(reference, never)).toMatchObject({ kind: "UNKNOWN", error: { code: "ANSWER_LOST" } });
    expect(await venue.lookup(reference, never)).toMatchObject({ report: { evidence: { kind: "CANCELLED" } } });
  });

  test("a look-up that lags says as of when it speaks, so that it proves nothing about a later order", async () => {
    const { venue, clock } = await open({ lookupDelayMs: 2_000 });
    clock.advance(10_000);
    const { reference } = await submit(venue);
    clock.advance(1_999);
    expect(await venue.lookup(reference, never)).toEqual({ kind: "NOT_FOUND", asOf: clock.wall() - 2_000_000 });
    clock.advance(1);
    expect(await venue.lookup(reference, never)).toMatchObject({ kind: "FOUND" });
  });

  test.each([
    // given, when (fault), so (of the reports 1, 2, 3)
    ["dropped", { reportDropRate: 1 }, []],
    ["duplicated", { reportDuplicateRate: 1 }, [1, 1, 2, 2, 3, 3]],
    ["reordered", { reportReorderRate: 1 }, [2, 1, 3]],
    ["none", { answerLostRate: 1 }, [1, 2, 3]],
  ])("reports are %s", async (_given, faults, so) => {
    const { venue } = await open(faults);
    const stop = new AbortController();
    const reports = venue.watch(paper, stop.signal);
    const keys: SubmitKey[] = [];
    for (const order of [1, 2, 3]) keys.push((await submit(venue, order)).reference.submitKey);
    stop.abort();
    const seen = await Array.fromAsync(reports);
    expect(seen.map(({ submitKey }) => keys.indexOf(submitKey) + 1)).toEqual(so);
  });

  test("half a rate strikes about half of the orders, the same ones in every run", async () => {
    const run = async (seed: number) => {
      const { venue } = await open({ answerLostRate: 0.5 }, { seed });
      const kinds = [];
      for (let order = 1; order <= 200; order += 1) kinds.push((await submit(venue, order)).outcome.kind);
      return kinds;
    };
    const kinds = await run(1);
    expect(kinds.filter((kind) => kind === "UNKNOWN").length).toBeGreaterThan(80);
    expect(kinds.filter((kind) => kind === "UNKNOWN").length).toBeLessThan(120);
    expect(await run(1)).toEqual(kinds);
    expect(await run(2)).not.toEqual(kinds);
  });
});

describe("whatever the line does", () => {
  test("stream and polls together tell every fill, and each one as one", async () => {
    const rates = fc.record({
      reportDropRate: fc.double({ min: 0, max: 1, noNaN: true }),
      reportReorderRate: fc.double({ min: 0, max: 1, noNaN: true }),
      reportDuplicateRate: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        rates,
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 20 }),
        async (faults, seed, orders) => {
          const { venue } = await open(faults, { seed, partialFills: { probability: 0.5, partsMax: 4 } });
          const stop = new AbortController();
          const reports = venue.watch(paper, stop.signal);
          const found: ExecutionReport[] = [];
          for (let order = 1; order <= orders; order += 1) {
            const { reference } = await submit(venue, order);
            const answer = await venue.lookup(reference, never);
            if (answer.kind === "FOUND") found.push(answer.report);
          }
          stop.abort();
          const streamed = (await Array.fromAsync(reports)).flatMap(({ fills }) => fills);
          const polled = (await venue.fillsSince(paper, wallTime(0), 1_000, never)).fills.map(({ fill }) => fill);
          const lookedUp = found.flatMap(({ fills }) => fills);
          const byKey = (fills: typeof polled) => new Map(fills.map((fill) => [fillKey(fill), fill]));
          expect(byKey([...streamed, ...polled, ...lookedUp])).toEqual(byKey(polled));
          expect(byKey(lookedUp)).toEqual(byKey(polled));
          expect(byKey(polled).size).toBe(polled.length);
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });
});
