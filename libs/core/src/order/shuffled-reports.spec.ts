import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import { addSignedQuantity, signedQuantity } from "../money/signed-quantity.ts";
import type { Posting } from "../position/post-fill.ts";
import {
  after,
  fillOf,
  firstAttempt,
  frozen,
  limitBuy,
  orderIn,
  quoteBuy,
  refused,
  sampleEvents,
} from "../testing/order-fixtures.ts";
import { failureOf, interpreted, reportOf, toldAt } from "../testing/report-fixtures.ts";
import { changeOrder } from "./change-order.ts";
import type { ExecutionReport } from "./execution-report.ts";
import type { VenueFill } from "./fill.ts";
import type { Instruction } from "./instruction.ts";
import { isTerminal, type Order } from "./order.ts";
import { venueOrderId } from "./order-id.ts";

const runs = { seed: 20_261_120, numRuns: 1_000 };
const asked = { cancelRequest: { at: after(25), reason: "asked" } };

/** An execution in whole numbers, so that sums need no decimals. */
interface Execution {
  readonly tenths: number;
  readonly price: number;
  /** Taken in base, which lessens the position. */
  readonly feeThousandths: number;
}

const executions = (minLength: number) =>
  fc.array(
    fc.record({
      tenths: fc.integer({ min: 1, max: 4 }),
      price: fc.integer({ min: 49_000, max: 51_000 }),
      feeThousandths: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength, maxLength: 4 },
  );

/** What an attempt came to at its venue. */
interface AttemptHistory {
  readonly name: "V1" | "V2";
  readonly executions: readonly Execution[];
  readonly end: "FILLED" | "CANCELLED" | "EXPIRED";
}

const sum = (of: readonly Execution[], unitsOf: (one: Execution) => number) =>
  of.reduce((total, one) => total + unitsOf(one), 0);
const tenthsOf = (of: readonly Execution[]) => sum(of, ({ tenths }) => tenths);
const decimalOf = (units: number, scale: number) => (units / 10 ** scale).toFixed(scale);

function fillsOf({ name, executions: all }: AttemptHistory): readonly VenueFill[] {
  return all.map(({ tenths, price: paid, feeThousandths }, index) =>
    fillOf(`F${index}`, decimalOf(tenths, 1), {
      venueOrderId: venueOrderId(name),
      lastPrice: price(String(paid)),
      fee: { asset: "BTC", amount: amount(decimalOf(feeThousandths, 3)) },
    }),
  );
}

/** Everything that may be told of an attempt: on the way, each fill alone, the end without its fills, and all of it. */
function reportsOf(history: AttemptHistory, rest: Partial<ExecutionReport>): readonly ExecutionReport[] {
  const fills = fillsOf(history);
  const cum = (count: number) => quantity(decimalOf(tenthsOf(history.executions.slice(0, count)), 1));
  const named = { ...rest, venueOrderId: venueOrderId(history.name) };
  return [
    ...fills.map((_, count) => reportOf("OPEN", { ...named, fills: fills.slice(0, count), cumQuantity: cum(count) })),
    ...fills.map((fill) => reportOf("TRADE", { ...rest, fills: [fill] })),
    reportOf(history.end, { ...named, cumQuantity: cum(fills.length) }),
    wholeOf(history, rest),
  ];
}

function wholeOf(history: AttemptHistory, rest: Partial<ExecutionReport>): ExecutionReport {
  const cumQuantity = quantity(decimalOf(tenthsOf(history.executions), 1));
  return reportOf(history.end, {
    ...{ ...rest, venueOrderId: venueOrderId(history.name), fills: fillsOf(history), cumQuantity },
  });
}

/** What says nothing of fills: answers that were lost, and every answer to a cancel. */
function answersOf(rest: Partial<ExecutionReport>): readonly ExecutionReport[] {
  return [
    failureOf("UNKNOWN", undefined, rest),
    reportOf("CANCEL_TAKEN", rest),
    failureOf("CANCEL_UNKNOWN", undefined, rest),
    failureOf("CANCEL_REFUSED", refused, rest),
  ];
}

/** Any of `reports` in any order, each any number of times or never; then those of `last`, in any order. */
function deliveries(reports: readonly ExecutionReport[], last: readonly ExecutionReport[]) {
  const any = fc.array(fc.constantFrom(...reports), { maxLength: 25 });
  return fc.tuple(any, fc.shuffledSubarray([...last], { minLength: last.length })).map((parts) => parts.flat());
}

interface Delivered {
  readonly order: Order;
  readonly postings: readonly Posting[];
}

/** Delivers reports in turn. */
function deliver(start: Order, reports: readonly ExecutionReport[]): Delivered {
  let order = start;
  const recorded: VenueFill[] = [];
  const postings: Posting[] = [];
  for (const report of reports) {
    const change = changeOrder(order, interpreted(order, frozen(report), recorded), toldAt);
    recorded.push(...change.fills);
    postings.push(...change.postings);
    order = change.order;
  }
  return { order, postings };
}

function expectMoney({ order, postings }: Delivered, all: readonly Execution[]): void {
  expect(order.cumQuantity).toBe(quantity(decimalOf(tenthsOf(all), 1)));
  expect(order.cumQuoteQuantity).toBe(
    amount(
      decimalOf(
        sum(all, (one) => one.tenths * one.price),
        1,
      ),
    ),
  );
  const fees = sum(all, ({ feeThousandths }) => feeThousandths);
  expect(order.fees).toEqual(all.length === 0 ? {} : { BTC: amount(decimalOf(fees, 3)) });
  const net = signedQuantity(decimalOf(tenthsOf(all) * 100 - fees, 3));
  for (const positionId of [order.positionId, undefined]) {
    const own = postings.filter((posting) => posting.positionId === positionId);
    expect(own.map(({ change }) => change).reduce(addSignedQuantity, signedQuantity("0"))).toBe(net);
  }
}

const ends = fc.constantFrom("FILLED" as const, "CANCELLED" as const, "EXPIRED" as const);

/** As large as its fills where it ends FILLED, larger by 1 where it does not. */
function instructionFor(inQuote: boolean, { executions: all, end }: AttemptHistory): Instruction {
  if (inQuote) return quoteBuy;
  const tenths = tenthsOf(all) + (end === "FILLED" ? 0 : 10);
  return { ...limitBuy, size: { in: "BASE", quantity: quantity(decimalOf(tenths, 1)) } };
}

const starts = fc.constantFrom(
  ...([
    ["SUBMITTED", {}],
    ["SUBMITTED", asked],
    ["IN_DOUBT", {}],
    ["IN_DOUBT", asked],
    ["CONFIRMING", {}],
    ["CANCELLING", asked],
  ] as const),
);

describe("reports of an attempt, answers to its cancels among them", () => {
  it("lead to the same order and the same money, however they are shuffled, repeated and dropped", () => {
    const cases = fc
      .record({ all: executions(0), end: ends, inQuote: fc.boolean(), start: starts })
      .chain(({ all, end, inQuote, start }) => {
        const ended = end === "FILLED" && all.length === 0 ? "EXPIRED" : end;
        const history: AttemptHistory = { name: "V1", executions: all, end: ended };
        const delivered = deliveries([...reportsOf(history, {}), ...answersOf({})], [wholeOf(history, {})]);
        return fc.record({
          history: fc.constant(history),
          inQuote: fc.constant(inQuote),
          start: fc.constant(start),
          delivered,
        });
      });
    fc.assert(
      fc.property(cases, ({ history, inQuote, start: [phase, rest], delivered }) => {
        const start = orderIn(phase, { ...rest, instruction: instructionFor(inQuote, history) });
        const told = deliver(start, delivered);
        expectMoney(told, history.executions);
        expect(told.order.state).toBe(history.end);
      }),
      runs,
    );
  });
});

describe("reports of two attempts, the first of which was believed dead", () => {
  const second = { submitKey: sampleEvents.ATTEMPT_PREPARED.submitKey };
  const first = { submitKey: firstAttempt.submitKey };

  /** The second attempt is on its way. */
  function retried(instruction: Instruction): Order {
    const failed = orderIn("FAILED_WILL_RETRY", { instruction });
    return changeOrder(failed, [sampleEvents.ATTEMPT_PREPARED], after(50)).order;
  }

  it("lead to an end with all the money of both, however they are shuffled, repeated and dropped", () => {
    const cases = fc
      .record({ early: executions(1), late: executions(0), ends: fc.tuple(ends, ends), inQuote: fc.boolean() })
      .chain(({ early, late, ends: [earlyEnd, lateEnd], inQuote }) => {
        const dead: AttemptHistory = { name: "V1", executions: early, end: earlyEnd };
        const end = lateEnd === "FILLED" && late.length === 0 ? "CANCELLED" : lateEnd;
        const live: AttemptHistory = { name: "V2", executions: late, end };
        const any = [...reportsOf(dead, first), ...reportsOf(live, second), ...answersOf(first), ...answersOf(second)];
        const delivered = deliveries(any, [wholeOf(dead, first), wholeOf(live, second)]);
        return fc.record({
          live: fc.constant(live),
          all: fc.constant([...early, ...late]),
          inQuote: fc.constant(inQuote),
          delivered,
        });
      });
    fc.assert(
      fc.property(cases, ({ live, all, inQuote, delivered }) => {
        const told = deliver(retried(instructionFor(inQuote, live)), delivered);
        expectMoney(told, all);
        expect(isTerminal(told.order)).toBe(true);
      }),
      runs,
    );
  });
});
