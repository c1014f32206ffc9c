import type { AccountId } from "@surefill/core";
import type { OrderReport } from "./exchange-api.ts";
import { ReportStream } from "./report-stream.ts";

/** Reports that a listener may leave unread. */
const pendingMax = 10_000;

/** Who listens to which account's reports. */
export class ReportListeners {
  readonly #streams = new Map<AccountId, Set<ReportStream>>();

  publish(account: AccountId, report: OrderReport): void {
    const streams = this.#streams.get(account);
    for (const stream of streams ?? []) if (!stream.push(report)) streams?.delete(stream);
  }

  /** Reports from this call on, whether or not anybody reads yet, until `signal` aborts or all is ended. */
  listen(account: AccountId, signal: AbortSignal): AsyncIterable<OrderReport> {
    const stream = new ReportStream(pendingMax);
    const streams = this.#streams.get(account) ?? new Set();
    this.#streams.set(account, streams);
    if (signal.aborted) stream.end();
    else streams.add(stream);
    const leave = () => {
      streams.delete(stream);
      stream.end();
    };
    signal.addEventListener("abort", leave, { once: true });
    return readUntilLeft(stream, () => {
      signal.removeEventListener("abort", leave);
      leave();
    });
  }

  endAll(): void {
    for (const streams of this.#streams.values()) for (const stream of streams) stream.end();
    this.#streams.clear();
  }
}

async function* readUntilLeft(stream: ReportStream, leave: () => void): AsyncGenerator<OrderReport, void, undefined> {
  try {
    yield* stream.read();
  } finally {
    leave();
  }
}
