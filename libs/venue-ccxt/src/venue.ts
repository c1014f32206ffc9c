import {
  type AccountId,
  type Amount,
  type AttemptReference,
  type AttemptRequest,
  addMs,
  type CancelAllOutcome,
  type CancelOutcome,
  type Clock,
  type ExecutionReport,
  type FillPage,
  type Instrument,
  type InstrumentId,
  type LookupAnswer,
  type MarketPrice,
  type OrderError,
  orderError,
  type PrepareAnswer,
  type PreparedAttempt,
  retryClass,
  type SubmitOutcome,
  SurefillError,
  type Venue,
  type WallTime,
  wallTime,
} from "@surefill/core";
import type { Called } from "./ccxt-client.ts";
import type { Connection } from "./client.ts";
import type { CcxtConfig } from "./config.ts";
import type { Failure } from "./error-map.ts";
import type { ExchangeProfile } from "./exchange-profile.ts";
import { executionReport } from "./execution-report.ts";
import { findOrder } from "./look-up.ts";
import { orderCall } from "./order-call.ts";
import { readFills } from "./read-fills.ts";
import { readList } from "./read-list.ts";
import { readPrices } from "./read-prices.ts";
import { RecentQuotes } from "./recent-quotes.ts";
import type { Session } from "./session.ts";
import { lackingIn } from "./signed-as-asked.ts";
import { ccxtSubmitKey } from "./submit-key.ts";
import { decodeFree, decodeOrder, decodeOrders } from "./unified.ts";
import { decodeSignedOrder, encodeSignedOrder, encodeStoredOrder, type OrderCall } from "./wire-request.ts";

/** One exchange of ccxt: our orders in its terms, and its answers in ours. */
export class CcxtVenue implements Venue {
  readonly #connection: Connection;
  readonly #config: CcxtConfig;
  readonly #quotes: RecentQuotes;

  /** `clock`: of this machine, for how old quotes are. */
  constructor(connection: Connection, config: CcxtConfig, clock: Clock) {
    this.#connection = connection;
    this.#config = config;
    this.#quotes = new RecentQuotes(clock);
  }

  async instruments(signal: AbortSignal): Promise<readonly Instrument[]> {
    return (await this.#connection.loadMarkets(signal)).map(({ instrument }) => instrument);
  }

  async prices(
    instruments: readonly InstrumentId[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
    const { public: session, profile, clock } = this.#connection;
    await this.#connection.ensureMarkets(signal);
    const listed = instruments.filter((symbol) => this.#config.instruments.includes(symbol));
    return this.#quotes.keep(await readPrices(session, profile, listed, () => clock.now(), signal));
  }

  async balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>> {
    const session = await this.#session(account, signal);
    const { value, answers } = await session.read(
      (exchange) => exchange.fetchBalance({ type: "spot" }),
      decodeFree,
      signal,
    );
    // An answer of another form would be an account without a penny.
    if (answers.length > 0 && answers.every(({ body }) => this.#connection.profile.isBalance(body))) return value;
    throw new SurefillError("VENUE_UNREACHABLE", "the exchange's answer tells no balances");
  }

  /** Everything that is signed is signed here, at the exchange's time: `submit` adds nothing. */
  async prepare({ orderId, instruction, number }: AttemptRequest, signal: AbortSignal): Promise<PrepareAnswer> {
    const { profile, clock } = this.#connection;
    const { account, instrument, side } = instruction;
    const session = this.#connection.sessionOf(account);
    if (session === undefined) return failed(this.#noSession(account).toOrderError());
    try {
      const market = await this.#connection.market(instrument, signal);
      if (market === undefined) {
        return failed(
          orderError("INVALID_SYMBOL", `${instrument} is not among this venue's instruments`, { instrument }),
        );
      }
      const submitKey = ccxtSubmitKey(profile.submitKeyForm, orderId, number);
      const answer = orderCall(instruction, market, profile, submitKey);
      if (!answer.ok) return failed(answer.error);
      const [quote] = await Promise.all([
        this.#quotes.quoteFor(instruction, () => this.prices([instrument], signal)),
        clock.refresh(signal),
      ]);
      const stampMs = profile.growingStamps ? clock.stampMs() : clock.nowMs();
      const expiry = profile.expiry?.(stampMs, this.#config.requestWindowMs);
      const call: OrderCall = { ...answer.call, params: { ...answer.call.params, ...expiry?.params } };
      const signing = await session.sign(call, stampMs, signal);
      if (!signing.ok) return { kind: "FAILED", ...asked(signing.retryAfterMs), error: prepareError(signing.error) };
      const request = { ...signing.request, headers: { ...signing.request.headers, ...expiry?.headers } };
      const lacking = lackingIn(request, instruction, profile.capabilities.clientOrderIds ? submitKey : undefined);
      if (lacking !== undefined) {
        const text = `the exchange's precision or ccxt would have changed or dropped ${lacking}; nothing was sent`;
        return failed(orderError("ORDER_VALIDATION", text));
      }
      const signed = { request, call };
      return {
        kind: "PREPARED",
        attempt: {
          submitKey,
          venueTime: wallTime(stampMs * 1_000),
          payload: encodeSignedOrder(signed),
          storedPayload: encodeStoredOrder(signed),
          ...(expiry === undefined ? {} : { validUntil: wallTime(expiry.validUntilMs * 1_000) }),
          ...(quote === undefined ? {} : { quotedPrice: side === "BUY" ? quote.ask : quote.bid }),
        },
      };
    } catch (thrown) {
      const error = SurefillError.from(thrown);
      return { kind: "FAILED", ...asked(error.retryAfterMs), error: prepareError(error.toOrderError()) };
    }
  }

  async submit(
    account: AccountId,
    { payload, submitKey }: PreparedAttempt,
    signal: AbortSignal,
  ): Promise<SubmitOutcome> {
    const session = this.#connection.sessionOf(account);
    if (session === undefined) return { kind: "NOT_SENT", error: this.#noSession(account).toOrderError() };
    const signed = decodeSignedOrder(payload);
    if (signed !== undefined) return session.sendOnce(signed, submitKey, signal);
    return { kind: "NOT_SENT", error: orderError("PREPARE_FAILED", "the attempt is none of this library's") };
  }

  async lookup(attempt: AttemptReference, signal: AbortSignal): Promise<LookupAnswer> {
    const { profile, clock } = this.#connection;
    try {
      const session = await this.#session(attempt.account, signal);
      await clock.refresh(signal);
      // As of before it was asked, and of what the exchange's look-ups may not have shown yet even then.
      const asOf = addMs(clock.now(), -this.#config.lookupLagMs);
      const report = await findOrder(session, profile, attempt, signal);
      return report === undefined ? { kind: "NOT_FOUND", asOf } : { kind: "FOUND", report };
    } catch (thrown) {
      const error = SurefillError.from(thrown);
      return { kind: "UNAVAILABLE", ...asked(error.retryAfterMs), error: error.toOrderError() };
    }
  }

  async cancel(
    { account, instrument, submitKey, venueOrderId }: AttemptReference,
    signal: AbortSignal,
  ): Promise<CancelOutcome> {
    const { cancelParam, id } = this.#connection.profile;
    try {
      const session = await this.#session(account, signal);
      if (venueOrderId === undefined && cancelParam === undefined) {
        const text = `${id} cancels by its own order id alone, and that is not known yet`;
        return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", text) };
      }
      const params = venueOrderId === undefined && cancelParam !== undefined ? { [cancelParam]: submitKey } : {};
      const called = await session.call((exchange) => exchange.cancelOrder(venueOrderId, instrument, params), signal);
      if (!called.result.ok || !isCancelled(called, this.#connection.profile)) {
        return cancelFailure(session.failureOf(called));
      }
      return { kind: "ACCEPTED", ...endIn(called.result.value, submitKey) };
    } catch (thrown) {
      return { kind: "UNKNOWN", error: lost(thrown) };
    }
  }

  async cancelAll(
    account: AccountId,
    instrument: InstrumentId | undefined,
    signal: AbortSignal,
  ): Promise<CancelAllOutcome> {
    try {
      const session = await this.#session(account, signal);
      const called = await session.call((exchange) => exchange.cancelAllOrders(instrument), signal);
      const { isCancelAll } = this.#connection.profile;
      if (called.result.ok && isCancelAll?.(called.answers.at(-1)?.body)) return { kind: "ACCEPTED" };
      const failure = cancelFailure(session.failureOf(called));
      // With nothing open, some exchanges know no such order.
      return failure.kind === "NOT_OPEN" ? { kind: "ACCEPTED" } : failure;
    } catch (thrown) {
      return { kind: "UNKNOWN", error: lost(thrown) };
    }
  }

  async openOrders(account: AccountId, signal: AbortSignal): Promise<readonly ExecutionReport[]> {
    const session = await this.#session(account, signal);
    const orders = await readList(
      session,
      this.#connection.profile.pages.openOrders,
      (exchange, limit, params) => exchange.fetchOpenOrders(undefined, undefined, limit, params),
      decodeOrders,
      signal,
    );
    return orders.map((order) => executionReport(order, []));
  }

  async fillsSince(
    account: AccountId,
    after: string | WallTime,
    limit: number,
    signal: AbortSignal,
  ): Promise<FillPage> {
    const session = await this.#session(account, signal);
    const { profile, clock } = this.#connection;
    await clock.refresh(signal);
    const { instruments } = this.#config;
    return readFills({ session, profile, instruments, nowMs: clock.nowMs() }, after, limit, signal);
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  /** @throws SurefillError UNAUTHORIZED for an account without credentials. */
  async #session(account: AccountId, signal: AbortSignal): Promise<Session> {
    const session = this.#connection.sessionOf(account);
    if (session === undefined) throw this.#noSession(account);
    await this.#connection.ensureMarkets(signal);
    return session;
  }

  #noSession(account: AccountId): SurefillError {
    const text =
      this.#config.mode === "prices"
        ? 'this venue gives prices alone (mode "prices"); trade on a paper venue that is priced by it'
        : `no credentials are configured for the account ${account}`;
    return new SurefillError("UNAUTHORIZED", text, { context: { account } });
  }
}

function failed(error: OrderError): PrepareAnswer {
  return { kind: "FAILED", error };
}

/** Nothing was sent, so nothing is in doubt. */
function prepareError(error: OrderError): OrderError {
  return retryClass(error.code) === "unknown" || error.code === "INTERNAL"
    ? orderError("PREPARE_FAILED", error.message, error.context)
    : error;
}

function asked(retryAfterMs: number | undefined): { readonly retryAfterMs?: number } {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function cancelFailure({ kind, error, retryAfterMs }: Failure): Exclude<CancelOutcome, { kind: "ACCEPTED" }> {
  const rest = { error, ...asked(retryAfterMs) };
  if (kind === "NO_SUCH_ORDER") return { kind: "NOT_OPEN" };
  return { kind: kind === "UNKNOWN" || retryClass(error.code) === "unknown" ? "UNKNOWN" : "REFUSED", ...rest };
}

/** ccxt makes an order of any JSON: what names nothing that was cancelled is no answer to a cancel. */
function isCancelled({ result, answers }: Called<unknown>, { isCancel }: ExchangeProfile): boolean {
  if (isCancel !== undefined) return isCancel(answers.at(-1)?.body);
  try {
    return result.ok && decodeOrder(result.value).id !== undefined;
  } catch {
    return false;
  }
}

/** The order's end, where the answer to a cancel tells it. The client id in it may be the cancel's own. */
function endIn(value: unknown, submitKey: AttemptReference["submitKey"]): { readonly report?: ExecutionReport } {
  try {
    const order = decodeOrder(value);
    const report = executionReport({ ...order, clientOrderId: submitKey }, [], submitKey);
    return report.evidence.kind === "OPEN" ? {} : { report };
  } catch {
    return {};
  }
}

function lost(thrown: unknown): OrderError {
  return orderError("ANSWER_LOST", SurefillError.from(thrown).message);
}
