import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amount } from "../money/amount.ts";
import { compare } from "../money/decimal.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import { after, busy, expired, fillOf, limitBuy, orderIn, quoteBuy, refused } from "../testing/order-fixtures.ts";
import { failureOf, interpreted, reportOf, toldAt } from "../testing/report-fixtures.ts";
import { changeOrder } from "./change-order.ts";
import type { ExecutionReport } from "./execution-report.ts";
import type { VenueFill } from "./fill.ts";
import type { Instruction } from "./instruction.ts";
import { isTerminal, type Order, phaseOf } from "./order.ts";
import { venueOrderId } from "./order-id.ts";
import { isFinal, type Phase, phases } from "./order-state.ts";

const runs = { seed: 20_260_101, numRuns: 500 };
const asked = { cancelRequest: { at: after(25), reason: "asked" } };
const named = { venueOrderId: venueOrderId("V1") };

/** One execution in whole numbers, so that sums need no decimals, and as the venue tells it. */
interface Execution {
  readonly tenths: number;
  readonly price: number;
  readonly fee: { readonly asset: string; readonly thousandths: number } | undefined;
  readonly fill: VenueFill;
}

/** All of one venue order; at prices and with fees that differ. */
const someExecutions: fc.Arbitrary<readonly Execution[]> = fc
  .array(
    fc.record({
      tenths: fc.integer({ min: 1, max: 4 }),
      price: fc.integer({ min: 49_000, max: 51_000 }),
      fee: fc.option(
        fc.record({
          asset: fc.constantFrom("BTC", "USDT", "constructor", "__proto__"),
          thousandths: fc.integer({ min: -9, max: 9 }),
        }),
        { nil: undefined },
      ),
    }),
    { maxLength: 5 },
  )
  .map((parts) =>
    parts.map((part, index) => {
      const { tenths, price: paid, fee } = part;
      const fill = fillOf(`F${index}`, tenthsText(tenths), {
        lastPrice: price(String(paid)),
        ...(fee && { fee: { asset: fee.asset, amount: amount(thousandthsText(fee.thousandths)) } }),
      });
      return { ...part, fill };
    }),
  );

/** What truly happened to an order at its venue. */
interface History {
  readonly instruction: Instruction;
  readonly executions: readonly Execution[];
  readonly end: "OPEN" | "FILLED" | "CANCELLED" | "EXPIRED";
}

/** Base-sized orders are as large as their fills where they end FILLED, and larger by 1 where they don't. */
const histories: fc.Arbitrary<History> = fc
  .record({
    executions: someExecutions,
    end: fc.constantFrom("OPEN" as const, "FILLED" as const, "CANCELLED" as const, "EXPIRED" as const),
    inQuote: fc.boolean(),
  })
  .map(({ executions, end, inQuote }) => {
    const filled = sumTenths(executions);
    const ended = end === "FILLED" && filled === 0 ? "EXPIRED" : end;
    const size = { in: "BASE", quantity: quantity(tenthsText(filled + (ended === "FILLED" ? 0 : 10))) } as const;
    return { instruction: inQuote ? quoteBuy : { ...limitBuy, size }, executions, end: ended };
  });

/** All that a venue may tell of a history: each snapshot on the way, each fill, the end, and what was lost. */
function reportsOf({ executions, end }: History): readonly ExecutionReport[] {
  const snapshots = executions.map((_last, index) => snapshot("OPEN", executions.slice(0, index)));
  const trades = executions.map(({ fill }) => reportOf("TRADE", { fills: [fill] }));
  // Some venues tell the end without the fills before it.
  const bareEnd = { ...snapshot(end, executions), fills: [] };
  return [snapshot("OPEN", []), failureOf("UNKNOWN"), ...snapshots, ...trades, bareEnd, snapshot(end, executions)];
}

function snapshot(kind: History["end"], executions: readonly Execution[]): ExecutionReport {
  const fills = executions.map(({ fill }) => fill);
  return reportOf(kind, { ...named, fills, cumQuantity: quantity(tenthsText(sumTenths(executions))) });
}

/** Any order of delivery, with repetitions; the full end comes at least once. */
function deliveriesOf(history: History): fc.Arbitrary<readonly ExecutionReport[]> {
  const all = reportsOf(history);
  return fc
    .array(fc.nat({ max: all.length - 1 }), { maxLength: 20 })
    .chain((extra) =>
      fc.shuffledSubarray([...all, ...extra.flatMap((index) => all[index] ?? [])], { minLength: all.length }),
    )
    .map((delivered) => [...delivered, snapshot(history.end, history.executions)]);
}

interface Told {
  readonly order: Order;
  readonly recorded: readonly VenueFill[];
}

/** Delivers reports in turn and checks that each step is monotone. */
function deliver(start: Order, reports: readonly ExecutionReport[]): Told {
  let told: Told = { order: start, recorded: [] };
  for (const report of reports) {
    const { order: before, recorded } = told;
    const { order, fills } = changeOrder(before, interpreted(before, report, recorded), toldAt);
    expect(compare(order.cumQuantity, before.cumQuantity)).toBeGreaterThanOrEqual(0);
    if (isTerminal(before)) expect(phaseOf(order)).toBe(phaseOf(before));
    told = { order, recorded: [...recorded, ...fills] };
  }
  return told;
}

const starts: fc.Arbitrary<readonly [Phase, Partial<Order>]> = fc.constantFrom(
  ["SUBMITTED", {}],
  ["SUBMITTED", asked],
  ["IN_DOUBT", {}],
  ["IN_DOUBT", asked],
  ["CONFIRMING", {}],
  ["CANCELLING", asked],
);

describe("reports of one history", () => {
  it("lead to the same order, however they are shuffled and repeated", () => {
    const cases = histories.chain((history) =>
      fc.record({ history: fc.constant(history), start: starts, delivered: deliveriesOf(history) }),
    );
    fc.assert(
      fc.property(cases, ({ history, start: [phase, rest], delivered }) => {
        const { order, recorded } = deliver(orderIn(phase, { ...rest, instruction: history.instruction }), delivered);
        expect(recorded.map(({ venueFillId }) => venueFillId).sort()).toEqual(
          history.executions.map(({ fill }) => fill.venueFillId),
        );
        expect(order.cumQuantity).toBe(quantity(tenthsText(sumTenths(history.executions))));
        expect(order.cumQuoteQuantity).toBe(amount(tenthsText(sumQuoteTenths(history.executions))));
        expect(feesOf(order)).toEqual(expectedFees(history.executions));
        expect(order.state).toBe(stateAfter(history, order));
      }),
      runs,
    );
  });
});

/** Where a history ends; while it is open, a cancel that was asked for is on its way. */
function stateAfter({ end, executions }: History, { cancelRequest }: Order): Order["state"] {
  if (end !== "OPEN") return end;
  if (cancelRequest !== undefined) return "CANCELLING";
  return executions.length > 0 ? "PARTIALLY_FILLED" : "CONFIRMING";
}

describe("reports of an attempt that died", () => {
  const deaths = [failureOf("REJECTED", busy), failureOf("REJECTED", refused), failureOf("ABSENT", expired)];

  it("lead to one retry or one end, however they are shuffled and repeated", () => {
    const cases = fc.record({
      death: fc.constantFrom(...deaths),
      start: fc.constantFrom("SUBMITTED" as const, "IN_DOUBT" as const),
      before: fc.array(fc.constant(failureOf("UNKNOWN")), { maxLength: 2 }),
      after: fc.array(fc.boolean(), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(cases, ({ death, start, before, after: again }) => {
        const later = again.map((dead) => (dead ? death : failureOf("UNKNOWN")));
        const once = deliver(orderIn(start), [death]).order;
        const { order } = deliver(orderIn(start), [...before, death, ...later]);
        expect({ ...order, version: 0, stateTimes: {} }).toEqual({ ...once, version: 0, stateTimes: {} });
      }),
      runs,
    );
  });
});

describe("a report told twice", () => {
  const anyReport = fc
    .record({
      kind: fc.constantFrom(
        ...(["TRADE", "OPEN", "FILLED", "CANCELLED", "EXPIRED"] as const),
        ...(["REJECTED", "NOT_SENT", "UNKNOWN", "ABSENT"] as const),
      ),
      error: fc.constantFrom(busy, refused, expired),
      executions: someExecutions,
      cum: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    })
    .map(({ kind, error, executions, cum }) => {
      const fills = executions.map(({ fill }) => fill);
      const rest = { ...named, fills, ...(cum === undefined ? {} : { cumQuantity: quantity(tenthsText(cum)) }) };
      switch (kind) {
        case "TRADE":
        case "OPEN":
        case "FILLED":
        case "CANCELLED":
        case "EXPIRED":
          return reportOf(kind, rest);
        default:
          return failureOf(kind, error, rest);
      }
    });

  // Answers to a cancel are left out: each is the answer to another call, and says when to call again.
  it("adds nothing the second time, in any phase", () => {
    const cases = fc.record({
      phase: fc.constantFrom(...phases),
      rest: fc.constantFrom<Partial<Order>>({}, asked, { instruction: quoteBuy }),
      report: anyReport,
    });
    fc.assert(
      fc.property(cases, ({ phase, rest, report }) => {
        const { order, recorded } = deliver(orderIn(phase, rest), [report]);
        expect(interpreted(order, report, recorded)).toEqual([]);
      }),
      { ...runs, numRuns: 3_000 },
    );
  });

  it("never moves a final phase", () => {
    const finals = phases.filter(isFinal);
    fc.assert(
      fc.property(fc.constantFrom(...finals), anyReport, (phase, report) => {
        expect(phaseOf(deliver(orderIn(phase), [report]).order)).toBe(phase);
      }),
      runs,
    );
  });
});

function sumTenths(executions: readonly Execution[]): number {
  return executions.reduce((sum, { tenths }) => sum + tenths, 0);
}

function sumQuoteTenths(executions: readonly Execution[]): number {
  return executions.reduce((sum, { tenths, price: paid }) => sum + tenths * paid, 0);
}

function feesOf({ fees }: Order): ReadonlyMap<string, string> {
  return new Map(Object.entries(fees));
}

function expectedFees(executions: readonly Execution[]): ReadonlyMap<string, string> {
  const sums = new Map<string, number>();
  for (const { fee } of executions) if (fee) sums.set(fee.asset, (sums.get(fee.asset) ?? 0) + fee.thousandths);
  return new Map([...sums].map(([asset, thousandths]) => [asset, amount(thousandthsText(thousandths))]));
}

/** Whole tenths as a decimal: 14 is "1.4". */
function tenthsText(tenths: number): string {
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

/** Whole thousandths below 1 in size as a decimal: −9 is "-0.009". */
function thousandthsText(thousandths: number): string {
  return `${thousandths < 0 ? "-" : ""}0.${String(Math.abs(thousandths)).padStart(3, "0")}`;
}
