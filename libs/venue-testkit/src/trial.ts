import { setTimeout as pause } from "node:timers/promises";
import {
  type AccountId,
  type AttemptReference,
  type AttemptRequest,
  type Capabilities,
  clientOrderId,
  type ExecutionReport,
  type Instruction,
  type Instrument,
  type LookupAnswer,
  loadVenue,
  type OrderId,
  orderId,
  type PreparedAttempt,
  SeededRandom,
  type SubmitKey,
  type SubmitOutcome,
  uuidV7,
  type Venue,
  type VenueManifest,
  type VenueOrderId,
  venueId,
} from "@surefill/core";
import { CardFailure, must, mustBe, show } from "./check.ts";
import type { VenueConformance } from "./conformance.ts";
import type { StandMarket, VenueStand } from "./stand.ts";
import type { StandEvent } from "./stand-event.ts";
import type { FaultKind, StandFault, StandOperation } from "./stand-fault.ts";
import { ordinaryQuantity, restingPrice, type Wanted } from "./terms.ts";

/** How long a card waits for what it expects, in real time; only cards that fail wait so long. */
const patienceMs = 10_000;
const patienceStepMs = 10;
const eagerQuestions = 50;
const pauseMs = 5;

export type Accepted = Extract<StandEvent, { type: "ACCEPTED" }>;
export type Filled = Extract<StandEvent, { type: "FILLED" }>;

/** An order of a card that the venue took. */
export interface PlacedOrder {
  readonly attempt: PreparedAttempt;
  readonly outcome: SubmitOutcome;
  readonly reference: AttemptReference;
  /** As the counterpart's books have it. */
  readonly accepted: Accepted;
}

/** One card's try of a library: a new stand, the library opened on it, and what cards do again and again. */
export class Trial {
  readonly conformance: VenueConformance;
  readonly stand: VenueStand;
  /** Everything that the library logged. */
  readonly logged: string[] = [];
  readonly #over = new AbortController();
  readonly #random = new SeededRandom(1);
  readonly #opened: Venue[] = [];
  #manifest: VenueManifest | undefined;
  #venue: Venue | undefined;

  private constructor(conformance: VenueConformance, stand: VenueStand) {
    this.conformance = conformance;
    this.stand = stand;
  }

  static async open(conformance: VenueConformance): Promise<Trial> {
    const trial = new Trial(conformance, await conformance.openStand());
    try {
      const { venue, manifest } = await trial.load();
      trial.#venue = venue;
      trial.#manifest = manifest;
      return trial;
    } catch (error) {
      await trial.close();
      throw error;
    }
  }

  get venue(): Venue {
    if (this.#venue === undefined) throw new Error("the library is not open");
    return this.#venue;
  }

  get manifest(): VenueManifest {
    return this.#manifest ?? this.conformance.plugin.manifest;
  }

  get claims(): Capabilities {
    return this.manifest.capabilities;
  }

  /** Never aborts before the card is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get account(): AccountId {
    return this.stand.accounts[0];
  }

  get instrument(): Instrument {
    return this.stand.instruments[0];
  }

  get market(): StandMarket {
    return this.stand.market(this.instrument.symbol);
  }

  /** Opens the library on the stand once more, as a process does that starts again. */
  async load(
    config: unknown = this.stand.config,
  ): Promise<{ readonly venue: Venue; readonly manifest: VenueManifest }> {
    const { accounts, clock, http } = this.stand;
    const hear = (fields: unknown, message: string) => this.logged.push(`${message} ${show(fields)}`);
    const log = { debug: hear, info: hear, warn: hear, error: hear };
    const environment = {
      ...{ venue: venueId("conformance"), accounts, clock, log, random: this.#random, signal: this.#over.signal },
      http: http ?? fetch,
    };
    const loaded = await loadVenue(this.conformance.plugin, config, environment);
    this.#opened.push(loaded.venue);
    return loaded;
  }

  /** Ends what the card began, whatever became of it. */
  async close(): Promise<void> {
    this.#over.abort();
    for (const venue of this.#opened) await venue.close().catch(() => undefined);
    await this.stand.close();
  }

  nextOrderId(): OrderId {
    return orderId(uuidV7(this.stand.clock.wall(), this.#random));
  }

  /** An attempt of a new order. */
  request(
    wanted: Wanted = {},
    { number = 1, orderId = this.nextOrderId(), account = this.account } = {},
  ): AttemptRequest {
    const symbol = wanted.instrument ?? this.instrument.symbol;
    const instrument = this.stand.instruments.find((listed) => listed.symbol === symbol) ?? this.instrument;
    const instruction: Instruction = {
      clientOrderId: clientOrderId(orderId),
      account,
      venue: venueId("conformance"),
      instrument: symbol,
      side: wanted.side ?? "BUY",
      pricing: wanted.pricing ?? this.#ordinaryPricing(instrument, wanted.side ?? "BUY"),
      size: wanted.size ?? {
        in: "BASE",
        quantity: ordinaryQuantity(instrument, this.stand.market(instrument.symbol).bid),
      },
      purpose: "ENTRY",
      tags: {},
    };
    return { orderId, instruction, number };
  }

  /** A limit order that rests, as far as the claims go. */
  resting(side: "BUY" | "SELL" = "BUY", instrument = this.instrument): Wanted {
    const limitPrice = restingPrice(instrument, side, this.stand.market(instrument.symbol));
    return { side, instrument: instrument.symbol, pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice } };
  }

  async prepare(wanted: Wanted = {}, names: Parameters<Trial["request"]>[1] = {}): Promise<PreparedAttempt> {
    const answer = await this.venue.prepare(this.request(wanted, names), this.signal);
    mustBe("what prepare answers", answer, "PREPARED");
    return answer.attempt;
  }

  /** Places an order that the venue must take. */
  async place(wanted: Wanted = {}, account = this.account): Promise<PlacedOrder> {
    const attempt = await this.prepare(wanted, { account });
    const outcome = await this.venue.submit(account, attempt, this.signal);
    mustBe("the outcome of a sound submission", outcome, "ACCEPTED");
    const accepted = await this.bookedAs(attempt.submitKey);
    must(accepted !== undefined, "the order in the counterpart's own books", "it is not there");
    return { attempt, outcome, accepted, reference: this.reference(attempt, accepted, wanted) };
  }

  /** What the library is asked about an order by: the venue's own id where it can't be asked by the submit key. */
  reference(attempt: PreparedAttempt, accepted: Accepted | undefined, wanted: Wanted = {}): AttemptReference {
    const instrument = wanted.instrument ?? this.instrument.symbol;
    const names = { account: accepted?.account ?? this.account, instrument, submitKey: attempt.submitKey };
    const isById = !this.claims.lookupBySubmitKey && accepted !== undefined;
    return isById ? { ...names, venueOrderId: accepted.venueOrderId } : names;
  }

  /** How the counterpart's books have the order; the newest one where its orders carry no key of ours. */
  async bookedAs(submitKey: SubmitKey): Promise<Accepted | undefined> {
    const accepted = await this.accepted();
    return this.claims.clientOrderIds ? accepted.find((event) => event.submitKey === submitKey) : accepted.at(-1);
  }

  async accepted(): Promise<readonly Accepted[]> {
    return (await this.stand.log()).filter((event) => event.type === "ACCEPTED");
  }

  /** The fills of an order, or of everything. */
  async filled(order?: VenueOrderId): Promise<readonly Filled[]> {
    const all = (await this.stand.log()).filter((event) => event.type === "FILLED");
    return order === undefined ? all : all.filter(({ venueOrderId }) => venueOrderId === order);
  }

  async requests(operation: StandOperation): Promise<number> {
    return (await this.stand.requests())[operation];
  }

  async allRequests(): Promise<number> {
    return Object.values(await this.stand.requests()).reduce((sum, count) => sum + count, 0);
  }

  inject(kind: FaultKind, on: StandOperation, more: Partial<StandFault> = {}): Promise<void> {
    return this.stand.inject({ kind, on, ...more });
  }

  /** Whether the stand can do it; asked by cards that try several kinds in turn. */
  can(kind: FaultKind): boolean {
    return this.conformance.limits[kind] === undefined;
  }

  /** Waits until `question` has an answer, letting time pass. @throws CardFailure when it has none for ten seconds. */
  async until<T>(expected: string, question: () => Promise<T | undefined> | T | undefined): Promise<T> {
    const startedMs = performance.now();
    for (let asked = 0; performance.now() - startedMs < patienceMs; asked += 1) {
      const answer = await question();
      if (answer !== undefined) return answer;
      await this.stand.advance(patienceStepMs);
      // Where time is virtual, asking on and on would keep the machine from what is waited for.
      if (asked >= eagerQuestions) await pause(pauseMs);
    }
    throw new CardFailure(expected, `not within ${patienceMs / 1_000} s`);
  }

  /** What `answer` ends with, letting time pass while it does not; for calls that may wait, as before asking again. */
  async settled<T>(answer: Promise<T>): Promise<PromiseSettledResult<T>> {
    let result: PromiseSettledResult<T> | undefined;
    const watched = Promise.allSettled([answer]).then(([ended]) => {
      result = ended;
    });
    await Promise.race([watched, this.stand.advance(0)]);
    return this.until("an end of the call", () => result);
  }

  /** What `call` ends with when it is given up once a request of the kind has reached the counterpart. */
  async givenUp<T>(on: StandOperation, call: (signal: AbortSignal) => Promise<T>): Promise<PromiseSettledResult<T>> {
    const before = await this.requests(on);
    const stop = new AbortController();
    const answer = call(stop.signal);
    answer.catch(() => undefined);
    await this.until(`a request (${on})`, async () => (await this.requests(on)) > before || undefined);
    stop.abort();
    return this.settled(answer);
  }

  /** The report of a look-up that finds the order as one of `kinds`. */
  async found(reference: AttemptReference, ...kinds: readonly string[]): Promise<ExecutionReport> {
    let last: LookupAnswer | undefined;
    try {
      return await this.until(`a look-up that finds it ${kinds.join(" or ")}`, async () => {
        last = await this.venue.lookup(reference, this.signal);
        return last.kind === "FOUND" && kinds.includes(last.report.evidence.kind) ? last.report : undefined;
      });
    } catch (error) {
      if (error instanceof CardFailure && last !== undefined) throw new CardFailure(error.expected, show(last));
      throw error;
    }
  }

  #ordinaryPricing(instrument: Instrument, side: "BUY" | "SELL"): Instruction["pricing"] {
    if (this.claims.orderTypes.includes("MARKET")) return { type: "MARKET", timeInForce: "IOC" };
    const { bid, ask } = this.stand.market(instrument.symbol);
    return { type: "LIMIT", timeInForce: "GTC", limitPrice: side === "BUY" ? ask : bid };
  }
}
