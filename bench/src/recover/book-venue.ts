import {
  type AccountId,
  type AttemptReference,
  type AttemptRequest,
  addMs,
  type CancelOutcome,
  type ExecutionReport,
  type FillPage,
  type Instrument,
  type InstrumentId,
  type LookupAnswer,
  type MarketPrice,
  type PrepareAnswer,
  type PreparedAttempt,
  type ReportedFill,
  type SubmitKey,
  type SubmitOutcome,
  submitKey,
  type Venue,
  type VenueManifest,
  venueApiVersion,
  venueOrderId,
  type WallTime,
} from "@surefill/core";

/** What the book's venue claims: bulk queries and expiring requests, no stream, so that polls alone tell. */
export const manifest: VenueManifest = {
  apiVersion: venueApiVersion,
  name: "book",
  simulated: true,
  capabilities: {
    orderTypes: ["MARKET", "LIMIT"],
    timesInForce: ["GTC", "IOC", "FOK"],
    postOnly: false,
    quoteQuantity: false,
    clientOrderIds: true,
    lookupBySubmitKey: true,
    requestsExpire: true,
    idempotentSubmission: false,
    streams: false,
    partialFills: true,
    bulkQueries: true,
    cancelAll: false,
  },
  rateLimits: [],
};

/** A venue that has a book, counts what it is asked, and answers at once. */
export class BookVenue implements Venue {
  readonly requests: Record<"openOrders" | "fillsSince" | "lookup" | "cancel" | "submit", number> = {
    openOrders: 0,
    fillsSince: 0,
    lookup: 0,
    cancel: 0,
    submit: 0,
  };
  readonly #now: () => WallTime;
  readonly #open = new Map<SubmitKey, ExecutionReport>();
  readonly #fills: readonly ReportedFill[];
  readonly #instruments: readonly Instrument[];

  constructor(
    now: () => WallTime,
    book: {
      readonly open: readonly ExecutionReport[];
      readonly fills: readonly ReportedFill[];
      readonly instruments: readonly Instrument[];
    },
  ) {
    this.#now = now;
    this.#fills = book.fills;
    this.#instruments = book.instruments;
    for (const report of book.open) this.#open.set(report.submitKey, report);
  }

  async instruments(): Promise<readonly Instrument[]> {
    return this.#instruments;
  }

  async prices(): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
    return new Map();
  }

  async balances() {
    return new Map();
  }

  async prepare({ orderId, number }: AttemptRequest): Promise<PrepareAnswer> {
    const key = submitKey(`bench_${orderId}_${number}`);
    return {
      kind: "PREPARED",
      attempt: { submitKey: key, validUntil: addMs(this.#now(), 5_000), payload: Buffer.from("bench") },
    };
  }

  async submit(_account: AccountId, attempt: PreparedAttempt): Promise<SubmitOutcome> {
    this.requests.submit += 1;
    const name = venueOrderId(`v-${attempt.submitKey}`);
    const report = { submitKey: attempt.submitKey, venueOrderId: name, evidence: { kind: "OPEN" }, fills: [] } as const;
    this.#open.set(attempt.submitKey, report);
    return { kind: "ACCEPTED", venueOrderId: name };
  }

  async lookup({ submitKey: key }: AttemptReference): Promise<LookupAnswer> {
    this.requests.lookup += 1;
    const report = this.#open.get(key);
    return report === undefined ? { kind: "NOT_FOUND", asOf: this.#now() } : { kind: "FOUND", report };
  }

  async cancel(): Promise<CancelOutcome> {
    this.requests.cancel += 1;
    return { kind: "ACCEPTED" };
  }

  async openOrders(): Promise<readonly ExecutionReport[]> {
    this.requests.openOrders += 1;
    return [...this.#open.values()];
  }

  async fillsSince(_account: AccountId, after: string | WallTime, limit: number): Promise<FillPage> {
    this.requests.fillsSince += 1;
    const from = typeof after === "string" ? Number(after) : 0;
    const fills = this.#fills.slice(from, from + limit);
    return { fills, next: String(from + fills.length) };
  }

  async close(): Promise<void> {}
}
