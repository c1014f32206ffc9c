import { onTestFinished } from "vitest";
import type { TradingScope } from "../account/trading-state.ts";
import { beginCancelAll } from "../execution/begin-cancel-all.ts";
import { Executor } from "../execution/executor.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { attemptOf, type Order } from "../order/order.ts";
import { type SubmitKey, submitKey, venueOrderId } from "../order/order-id.ts";
import type { CancelAllTerms } from "../store/cancel-all-store.ts";
import type { CancelAllOutcome, CancelOutcome } from "../venue/venue.ts";
import { deskForTests, orderAfter, pathTo, stored, type TestDesk, type TestDeskOptions } from "./desk-for-tests.ts";
import { limitBuy } from "./order-fixtures.ts";
import { pass } from "./settle.ts";

const btc = limitBuy.instrument;

/** A venue's book of open orders, whose cancels are taken unless a test says otherwise. */
export class Book {
  readonly open = new Map<SubmitKey, ExecutionReport>();
  readonly cancelled: SubmitKey[] = [];
  /** When the list was read, in ms of the test's clock. */
  readonly reads: number[] = [];
  /** Of which instrument all was cancelled in one request. */
  readonly swept: (InstrumentId | undefined)[] = [];
  answer: (key: SubmitKey) => CancelOutcome | undefined = () => undefined;
  answerAll: () => CancelAllOutcome | undefined = () => undefined;

  add(key: string, instrument = btc): SubmitKey {
    const added = submitKey(key);
    const report: ExecutionReport = { submitKey: added, instrument, evidence: { kind: "OPEN" }, fills: [] };
    this.open.set(added, { ...report, venueOrderId: venueOrderId(`v-${key}`) });
    return added;
  }

  cancel(key: SubmitKey): CancelOutcome {
    const answer = this.answer(key);
    if (answer !== undefined) return answer;
    this.cancelled.push(key);
    if (!this.open.delete(key)) return { kind: "NOT_OPEN" };
    return { kind: "ACCEPTED", report: { submitKey: key, evidence: { kind: "CANCELLED" }, fills: [] } };
  }

  cancelAll(instrument: InstrumentId | undefined): CancelAllOutcome {
    this.swept.push(instrument);
    const answer = this.answerAll();
    if (answer !== undefined) return answer;
    const meant = [...this.open.values()].filter(
      (order) => instrument === undefined || order.instrument === instrument,
    );
    for (const { submitKey: key } of meant) this.open.delete(key);
    const ended = { evidence: { kind: "CANCELLED" }, fills: [] } as const;
    return { kind: "ACCEPTED", reports: meant.map(({ submitKey: key }) => ({ submitKey: key, ...ended })) };
  }
}

/** What `cancelAllServer` takes for a venue that can cancel all in one request. */
export function cancelsAll(book: Book, cancelAll: true | "PER_INSTRUMENT" = true): TestDeskOptions {
  const script = { cancelAll: async (_: unknown, instrument: InstrumentId | undefined) => book.cancelAll(instrument) };
  return { capabilities: { cancelAll }, script };
}

/** A server at a venue with a book, for specs of CancelAll; a second one on the same database with `beside`. */
export function cancelAllServer(options: TestDeskOptions = {}, book = new Book()) {
  const test = deskForTests(options);
  Object.assign(test.venue.script, {
    cancel: async (reference: { readonly submitKey: SubmitKey }) => book.cancel(reference.submitKey),
    openOrders: async () => {
      book.reads.push(test.clock.monotonicMs());
      return [...book.open.values()];
    },
    lookup: async () => ({ kind: "NOT_FOUND", asOf: test.clock.wall() }),
  });
  const executor = new Executor(test.desk, options.beside === undefined ? "server-1" : "server-2");
  const stop = async () => {
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  };
  onTestFinished(stop);
  return { ...test, executor, book, stop };
}

export type CancelAllServer = ReturnType<typeof cancelAllServer>;

/** An order of ours that is at the venue, in the book and in CONFIRMING. */
export async function resting(test: CancelAllServer, rest: Parameters<typeof orderAfter>[2] = {}): Promise<Order> {
  const order = await orderAfter(test, pathTo.CONFIRMING, rest);
  test.book.add(attemptOf(order)?.submitKey ?? "", order.instruction.instrument);
  return order;
}

export async function begin(
  test: CancelAllServer,
  rest: Partial<CancelAllTerms> & { readonly scope?: TradingScope } = {},
) {
  const begun = await beginCancelAll(test.desk, {
    ...{ campaignId: "stop-1", scope: {}, covers: "ALL_AT_VENUE", halts: true, keepsProtection: false },
    ...{ operator: "ann", reason: "emergency" },
    ...rest,
  });
  await test.executor.takeUpCancelAlls();
  return begun;
}

export async function part({ store }: Pick<TestDesk, "store">) {
  return (await store.cancelAlls.find("stop-1"))?.parts[0];
}

export const states = (test: CancelAllServer, orders: readonly Order[]) =>
  Promise.all(orders.map(async (order) => (await stored(test, order)).state));
