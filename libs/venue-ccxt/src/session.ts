import { type OrderError, orderError, type SubmitKey, type SubmitOutcome, venueOrderId } from "@surefill/core";
import type { Called, CcxtClient } from "./ccxt-client.ts";
import type { CcxtExchange } from "./ccxt-exchange.ts";
import { type Failure, failureOf, outcomeOfFailure, readError } from "./error-map.ts";
import type { ExchangeProfile } from "./exchange-profile.ts";
import { executionReport, fillsInside } from "./execution-report.ts";
import type { Redaction } from "./redaction.ts";
import type { Transport, WireAnswer } from "./transport.ts";
import { LostAnswer, MalformedAnswer, NeverSent } from "./transport-error.ts";
import { decodeOrder } from "./unified.ts";
import type { VenueClock } from "./venue-clock.ts";
import type { OrderCall, SignedOrder, WireRequest } from "./wire-request.ts";

export interface SessionTerms {
  readonly client: CcxtClient;
  readonly transport: Transport;
  readonly clock: VenueClock;
  readonly profile: ExchangeProfile;
  readonly redaction: Redaction;
}

/** What a signing came to. */
export type Signing =
  | { readonly ok: true; readonly request: WireRequest }
  | { readonly ok: false; readonly error: OrderError; readonly retryAfterMs?: number };

/** What a read gave, and the answers that it was read from. */
export interface ReadAnswer<T> {
  readonly value: T;
  readonly answers: readonly WireAnswer[];
}

/** One account's connection to the exchange, or the public one, without keys. */
export class Session {
  readonly #terms: SessionTerms;

  constructor(terms: SessionTerms) {
    this.#terms = terms;
  }

  get exchange(): CcxtExchange {
    return this.#terms.client.exchange;
  }

  /** Asks, and decodes what was answered. @throws SurefillError; an answer that is not of the form is none. */
  async read<T>(
    run: (exchange: CcxtExchange) => Promise<unknown>,
    decode: (value: unknown) => T,
    signal: AbortSignal,
  ): Promise<ReadAnswer<T>> {
    const called = await this.call(run, signal);
    if (!called.result.ok) throw readError(this.failureOf(called));
    try {
      return { value: decode(called.result.value), answers: called.answers };
    } catch {
      const thrown = new MalformedAnswer("the answer is not of the form that was asked for");
      throw readError(this.failureOf({ ...called, result: { ok: false, thrown } }));
    }
  }

  /** Runs a method of the exchange; each of its requests is sent once. */
  call<T>(run: (exchange: CcxtExchange) => Promise<T>, signal: AbortSignal): Promise<Called<T>> {
    const { client, transport } = this.#terms;
    return client.call(run, (request) => transport.send(request, signal));
  }

  failureOf(called: Called<unknown>): Failure {
    const { profile, redaction, clock } = this.#terms;
    const failure = failureOf(called, { profile, redaction, nowMs: clock.nowMs() });
    // Refused for its time: our measure of the exchange's clock is wrong.
    if (failure.error.code === "ATTEMPT_EXPIRED") clock.distrust();
    return failure;
  }

  /** Lets ccxt build and sign an order's request and catches it on its way out; what ccxt reads before that is read. */
  async sign(call: OrderCall, stampMs: number, signal: AbortSignal): Promise<Signing> {
    const { client, transport } = this.#terms;
    let caught: WireRequest | undefined;
    const called = await client.call(
      (exchange) => createOrder(exchange, call),
      async (request) => {
        if (request.method === "GET") return transport.send(request, signal);
        caught ??= request;
        throw new LostAnswer("the request was caught, and not sent");
      },
      { stampMs },
    );
    if (caught !== undefined) return { ok: true, request: caught };
    const failure = this.failureOf(called);
    // Nothing was asked and nothing answered: ccxt itself would not build it.
    if (called.answers.length === 0 && failure.kind === "UNKNOWN" && !isOfTheWay(called)) {
      return { ok: false, error: orderError("ORDER_VALIDATION", failure.error.message) };
    }
    const error = readError(failure);
    const { retryAfterMs } = error;
    return { ok: false, error: error.toOrderError(), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }

  /**
   * Sends a signed order, once, as it is; the ccxt call that built it reads the answer. What it proves is told by the
   * exchange's own code first.
   */
  async sendOnce({ request, call }: SignedOrder, key: SubmitKey, signal: AbortSignal): Promise<SubmitOutcome> {
    const { client, transport, profile, redaction } = this.#terms;
    let isSent = false;
    const called = await client.call(
      (exchange) => createOrder(exchange, call),
      async (again) => {
        if (again.method === "GET" && !isSent) return transport.send(again, signal);
        if (isSent) throw new LostAnswer("ccxt would have sent a second request");
        isSent = true;
        return transport.send(request, signal);
      },
    );
    if (!isSent) {
      const { message } = this.failureOf(called).error;
      return { kind: "NOT_SENT", error: orderError("VENUE_UNREACHABLE", message) };
    }
    const answer = called.answers.at(-1);
    if (!called.result.ok || answer === undefined || profile.codeIn(answer.body) !== undefined) {
      return outcomeOfFailure(this.failureOf(called));
    }
    const rawAnswer = redaction.all(answer.text);
    try {
      const order = decodeOrder(called.result.value);
      const report = executionReport(order, fillsInside(order), key);
      if (order.id === undefined || report.submitKey !== key) {
        const error = orderError("ANSWER_LOST", "the answer is about another order than was sent");
        return { kind: "UNKNOWN", error, rawAnswer };
      }
      return { kind: "ACCEPTED", venueOrderId: venueOrderId(order.id), report, rawAnswer };
    } catch {
      return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", "the answer names no order"), rawAnswer };
    }
  }
}

function createOrder(
  exchange: CcxtExchange,
  { symbol, type, side, amount, price, params }: OrderCall,
): Promise<unknown> {
  return exchange.createOrder(symbol, type, side, amount, price, { ...params });
}

function isOfTheWay({ result }: Called<unknown>): boolean {
  return !result.ok && (result.thrown instanceof LostAnswer || result.thrown instanceof NeverSent);
}
