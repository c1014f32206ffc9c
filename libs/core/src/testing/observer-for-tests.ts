import { onTestFinished } from "vitest";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import { Observer } from "../tracking/observer.ts";
import type { ReportedFill } from "../venue/venue.ts";
import { deskForTests, keyOf, type TestDeskOptions, venueAccount } from "./desk-for-tests.ts";
import type { VenueScript } from "./scripted-venue.ts";
import { pass } from "./settle.ts";

/** What a venue knows, for tests to change: its fills in turn, and what is open there. */
export interface VenueBook {
  readonly fills: ReportedFill[];
  readonly open: ExecutionReport[];
}

/** An observer that is not started yet, of a venue that answers bulk queries from a book; it stops with its test. */
export function observerOf(script: VenueScript = {}, options: TestDeskOptions = {}) {
  const book: VenueBook = { fills: [], open: [] };
  const test = deskForTests({
    ...options,
    script: {
      openOrders: async () => [...book.open],
      // A page's `next` is how many fills come before what follows it.
      async fillsSince(_account, after, limit) {
        const from = typeof after === "string" ? Number(after) : 0;
        const fills = book.fills.slice(from, from + limit);
        return { fills, next: String(from + fills.length) };
      },
      ...script,
    },
  });
  const observer = new Observer(test.desk, test.entry, venueAccount);
  onTestFinished(async () => {
    const stopping = observer.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
  return { ...test, observer, book };
}

/** Another process's observer of the same venue account: what it finds stands in the database. */
export function successorOf(test: ReturnType<typeof observerOf>) {
  const observer = new Observer(test.desk, test.entry, venueAccount);
  onTestFinished(async () => {
    const stopping = observer.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  });
  return observer;
}

/** A report about an order's first attempt. */
export function aboutOrder({ orderId }: Order, rest: Partial<ExecutionReport> = {}): ExecutionReport {
  return { submitKey: keyOf(orderId, 1), evidence: { kind: "OPEN" }, fills: [], ...rest };
}

/** A stream that a test feeds and breaks. */
export function streamForTests() {
  const queue: (ExecutionReport | Error)[] = [];
  let connections = 0;
  let wake: (() => void) | undefined;
  async function* watch(_account: unknown, signal: AbortSignal): AsyncGenerator<ExecutionReport> {
    connections += 1;
    signal.addEventListener("abort", () => wake?.(), { once: true });
    while (!signal.aborted) {
      const next = queue.shift();
      if (next instanceof Error) throw next;
      if (next !== undefined) {
        yield next;
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }
  return {
    watch,
    /** Tells a report, or breaks the connection. */
    tell(next: ExecutionReport | Error) {
      queue.push(next);
      wake?.();
    },
    connections: () => connections,
  };
}
