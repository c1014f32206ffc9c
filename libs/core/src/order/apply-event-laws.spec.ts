import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { after, fillOf, frozen, orderIn, quoteBuy, refused, sampleEvents } from "../testing/order-fixtures.ts";
import {
  compareFractions,
  difference,
  product,
  type Rational,
  rational,
  spelling,
  sum,
  zero,
} from "../testing/rational.ts";
import type { WallTime } from "../time/wall-time.ts";
import { applyEvent } from "./apply-event.ts";
import { changeOrder, placedRecord } from "./change-order.ts";
import type { VenueFill } from "./fill.ts";
import { isTerminal, leavesQuantity, type Order, phaseOf } from "./order.ts";
import type { OrderEvent } from "./order-event.ts";
import type { OrderEventRecord } from "./order-event-record.ts";
import { submitKey } from "./order-id.ts";
import { type Phase, phases } from "./order-state.ts";
import { replayOrder } from "./replay-order.ts";

const runs = { seed: 20_260_101, numRuns: 1_000 };
/** Scale of quantities times scale of prices. */
const scaleMax = 5;

/** One step of an order's life: which of the events that are allowed, when by a clock that may be set back. */
interface Step {
  readonly pick: number;
  readonly at: WallTime;
  readonly thousandths: number;
  readonly cents: number;
  readonly fee: { readonly asset: string; readonly cents: number } | undefined;
  readonly earlier: boolean;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    pick: fc.nat({ max: 10_000 }),
    at: fc.integer({ min: -5_000, max: 60_000 }).map(after),
    thousandths: fc.integer({ min: 1, max: 1_500 }),
    cents: fc.integer({ min: 1, max: 9_999_999 }),
    fee: fc.option(fc.record({ asset: fc.constantFrom("BTC", "USDT"), cents: fc.nat({ max: 500 }) }), {
      nil: undefined,
    }),
    earlier: fc.boolean(),
  }),
  { maxLength: 30 },
);

const firsts: fc.Arbitrary<Order> = fc
  .record({
    phase: fc.constantFrom("PENDING" as const, "AWAITING_CONFIRMATION" as const, "DENIED" as const),
    inQuote: fc.boolean(),
    expects: fc.boolean(),
  })
  .map(({ phase, inQuote, expects }) => {
    const order = orderIn(phase, phase === "DENIED" ? { lastError: refused } : {});
    const expected = expects ? { expectedPrice: price("50000") } : {};
    const instruction = { ...(inQuote ? quoteBuy : order.instruction), ...expected };
    const { requestedAt: updatedAt } = order;
    return { ...order, ...expected, instruction, version: 1, updatedAt, stateTimes: { [order.state]: updatedAt } };
  });

/** Every event, with what the step says; `n` makes its fill and its key another one each time. */
function eventsOf({ thousandths, cents, fee, earlier }: Step, n: number): readonly OrderEvent[] {
  const fill = fillOf(`F${n}`, decimalText(thousandths, 3), {
    lastPrice: price(decimalText(cents, 2)),
    ...(fee && { fee: { asset: fee.asset, amount: amount(decimalText(fee.cents, 2)) } }),
  });
  return Object.values(sampleEvents).map((event): OrderEvent => {
    switch (event.type) {
      case "FILLED_PARTLY":
      case "FILLED_FULLY":
        return earlier ? { ...event, fill, earlierAttempt: true } : { ...event, fill };
      case "ATTEMPT_PREPARED":
        return { ...event, submitKey: submitKey(`key-${n}`), quotedPrice: price(decimalText(cents, 2)) };
      default:
        return event;
    }
  });
}

interface Life {
  readonly order: Order;
  readonly records: readonly OrderEventRecord[];
  readonly fills: readonly VenueFill[];
  readonly phases: readonly Phase[];
}

function begin(order: Order): Life {
  return { order, records: [placedRecord(order)], fills: [], phases: [phaseOf(order)] };
}

/** The order's life; each step is checked. It ends where no event is allowed. */
function live(start: Order, all: readonly Step[]): Life {
  let life = begin(start);
  for (const [n, step] of all.entries()) {
    const { order: before } = life;
    const allowed = eventsOf(step, n).filter((event) => applyEvent(frozen(before), event, step.at).ok);
    const event = allowed[step.pick % Math.max(allowed.length, 1)];
    if (event === undefined) break;
    const { order, records, fills } = changeOrder(before, [event], step.at);
    life = {
      order,
      records: [...life.records, ...records],
      fills: [...life.fills, ...fills],
      phases: [...life.phases, phaseOf(order)],
    };
    checkStep(before, event, life);
  }
  return life;
}

function checkStep(before: Order, event: OrderEvent, { order, fills }: Life): void {
  expect(order.version).toBe(before.version + 1);
  expect(order.updatedAt).toBeGreaterThanOrEqual(before.updatedAt);
  expect(order.attemptCount).toBe(before.attemptCount + (event.type === "ATTEMPT_PREPARED" ? 1 : 0));
  if (isTerminal(before)) expect(phaseOf(order)).toBe(phaseOf(before));
  if (before.cancelRequest !== undefined) expect(order.cancelRequest).toEqual(before.cancelRequest);
  const cum = fills.map(({ lastQuantity }) => rational(lastQuantity)).reduce(sum, zero);
  expect(order.cumQuantity).toBe(spelling(cum, scaleMax));
  const values = fills.map(({ lastPrice, lastQuantity }) => product(rational(lastPrice), rational(lastQuantity)));
  expect(order.cumQuoteQuantity).toBe(spelling(values.reduce(sum, zero), scaleMax));
  expect(order.fees).toEqual(feesOf(fills));
  expect(leavesQuantity(order)).toBe(leavesAfter(order, cum));
}

function leavesAfter(order: Order, cum: Rational): string | undefined {
  const { size } = order.instruction;
  if (size.in === "QUOTE") return undefined;
  const rest = difference(rational(size.quantity), cum);
  return isTerminal(order) || compareFractions(rest, zero) < 0 ? "0" : spelling(rest, scaleMax);
}

function feesOf(fills: readonly VenueFill[]): Readonly<Record<string, string>> {
  const fees = new Map<string, Rational>();
  for (const { fee } of fills) if (fee) fees.set(fee.asset, sum(fees.get(fee.asset) ?? zero, rational(fee.amount)));
  return Object.fromEntries([...fees].map(([asset, total]) => [asset, spelling(total, scaleMax)]));
}

describe("any events that the table allows", () => {
  it("keep an order's laws at each step, and visit every phase", () => {
    const visited = new Set<Phase>();
    fc.assert(
      fc.property(firsts, steps, (start, all) => {
        for (const phase of live(start, all).phases) visited.add(phase);
      }),
      runs,
    );
    expect(visited).toEqual(new Set(phases));
  });

  it("replay to the same order from their records alone, also as a store reads them back", () => {
    fc.assert(
      fc.property(firsts, steps, (start, all) => {
        const { order, records } = live(start, all);
        expect(replayOrder(records)).toEqual({ ok: true, order });
        expect(replayOrder(JSON.parse(JSON.stringify(records)))).toEqual({ ok: true, order });
      }),
      runs,
    );
  });
});

/** Whole units of 10^-scale as a decimal: 5 at scale 3 is "0.005". */
function decimalText(units: number, scale: number): string {
  return spelling({ units: BigInt(units), over: 10n ** BigInt(scale) }, scale);
}
