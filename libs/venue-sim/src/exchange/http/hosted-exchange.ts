import {
  type AccountId,
  type Amount,
  type Clock,
  type Instrument,
  type InstrumentId,
  type Log,
  type Price,
  type SubmitKey,
  SurefillError,
  type WallTime,
} from "@surefill/core";
import { ConnectionError } from "../connection-error.ts";
import type { Exchange } from "../exchange.ts";
import type {
  AccountFills,
  CancelAllAnswer,
  CancelAnswer,
  ExchangeApi,
  OrderAnswer,
  OrderReport,
  Quote,
  SubmitAnswer,
} from "../exchange-api.ts";
import { ExchangeHost } from "./exchange-host.ts";
import { HttpExchange } from "./http-exchange.ts";

/** How often a question is asked while hosts come and go. */
const attemptsMax = 5;
/** Waits between, growing by as much: a host that is closing has let go of the port by then. */
const waitMs = 20;
/** Signs of life that may be missed. */
const heartbeatsMissedMax = 3;

/** What a member of such an exchange needs. */
export interface HostedOptions {
  readonly port: number;
  readonly heartbeatMs: number;
  readonly requestTimeoutMs: number;
  /** Of the exchange's settings, which all members must agree on. */
  readonly fingerprint: string;
  /** Opens the exchange with the book that the last host left. */
  readonly open: () => Promise<Exchange>;
  readonly http: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * An exchange that several processes of a machine trade at. Whichever gets the port hosts it, the others are its
 * clients; when the host is gone, the first that notices takes its place with the book from the log.
 */
export class HostedExchange implements ExchangeApi {
  readonly #options: HostedOptions;
  readonly #remote: HttpExchange;
  readonly #left = new AbortController();
  #host: ExchangeHost | undefined;
  #takingOver: Promise<void> | undefined;

  private constructor(options: HostedOptions) {
    const { port, http, clock, requestTimeoutMs, heartbeatMs } = options;
    const silenceMsMax = heartbeatMs * heartbeatsMissedMax;
    this.#options = options;
    this.#remote = new HttpExchange({ port, http, clock, requestTimeoutMs, silenceMsMax });
  }

  /**
   * Hosts the exchange or joins its host. @throws SurefillError CONFIG_INVALID where the port is somebody else's, or
   * the host's settings are not ours; and what opening the exchange throws.
   */
  static async join(options: HostedOptions, signal: AbortSignal): Promise<HostedExchange> {
    const exchange = new HostedExchange(options);
    await exchange.#takeOver();
    await exchange.#mustAgree(signal);
    return exchange;
  }

  instruments(signal: AbortSignal): Promise<readonly Instrument[]> {
    return this.#ask((exchange) => exchange.instruments(signal));
  }

  quotes(instruments: readonly InstrumentId[], signal: AbortSignal, expectedPrice?: Price): Promise<readonly Quote[]> {
    return this.#ask((exchange) => exchange.quotes(instruments, signal, expectedPrice));
  }

  balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>> {
    return this.#ask((exchange) => exchange.balances(account, signal));
  }

  /** Sends once. Where nobody hosts, nothing was sent; the take-over that this sets off is for the next attempt. */
  submit(account: AccountId, payload: Uint8Array, signal: AbortSignal): Promise<SubmitAnswer> {
    return this.#sendOnce((exchange) => exchange.submit(account, payload, signal));
  }

  order(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<OrderAnswer> {
    return this.#ask((exchange) => exchange.order(account, submitKey, signal));
  }

  /** Sends once, as submit does: the look-up that follows a lost answer tells more than a second cancel. */
  cancel(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<CancelAnswer> {
    return this.#sendOnce((exchange) => exchange.cancel(account, submitKey, signal));
  }

  /** Sends once: what is open when its answer is lost, the list of open orders tells. */
  cancelAll(account: AccountId, instrument: InstrumentId | undefined, signal: AbortSignal): Promise<CancelAllAnswer> {
    return this.#sendOnce((exchange) => exchange.cancelAll(account, instrument, signal));
  }

  openOrders(account: AccountId, signal: AbortSignal): Promise<readonly OrderReport[]> {
    return this.#ask((exchange) => exchange.openOrders(account, signal));
  }

  fills(account: AccountId, after: string | WallTime, limit: number, signal: AbortSignal): Promise<AccountFills> {
    return this.#ask((exchange) => exchange.fills(account, after, limit, signal));
  }

  reports(account: AccountId, signal: AbortSignal): AsyncIterable<OrderReport> {
    // The host listens at once; a client can't before it is connected.
    return this.#host === undefined
      ? this.#listen(account, AbortSignal.any([signal, this.#left.signal]))
      : this.#host.exchange.reports(account, signal);
  }

  async close(): Promise<void> {
    this.#left.abort();
    await this.#takingOver?.catch(() => {});
    await this.#host?.close();
  }

  async *#listen(account: AccountId, signal: AbortSignal): AsyncGenerator<OrderReport, void, undefined> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        yield* this.#reach().reports(account, signal);
        return;
      } catch (thrown) {
        // A stream that broke may have lost reports, which the listener must know; a refused one had not begun.
        if (!isRefused(thrown)) throw thrown;
        await this.#mend(thrown, attempt);
      }
    }
  }

  async #sendOnce<T>(send: (exchange: ExchangeApi) => Promise<T>): Promise<T> {
    try {
      return await send(this.#reach());
    } catch (thrown) {
      if (isRefused(thrown) && !this.#left.signal.aborted) {
        this.#takeOver().catch((error: unknown) => this.#options.log.error({ error }, "could not host the exchange"));
      }
      throw thrown;
    }
  }

  /** A question changes nothing, so where the host went away under it, it is asked again. */
  async #ask<T>(question: (exchange: ExchangeApi) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await question(this.#reach());
      } catch (thrown) {
        await this.#mend(thrown, attempt);
      }
    }
  }

  #reach(): ExchangeApi {
    if (this.#left.signal.aborted) throw new ConnectionError("NO", "this member has left the exchange");
    return this.#host?.exchange ?? this.#remote;
  }

  /** After a connection that broke or was refused: takes the host's place, or waits for who did. Else throws on. */
  async #mend(thrown: unknown, attempt: number): Promise<void> {
    const isGone = isRefused(thrown) || (thrown instanceof ConnectionError && thrown.isBroken);
    if (!isGone || this.#left.signal.aborted || attempt >= attemptsMax) throw thrown;
    if (isRefused(thrown)) await this.#takeOver();
    if (this.#host === undefined) await this.#options.clock.sleep(waitMs * attempt, this.#left.signal);
  }

  #takeOver(): Promise<void> {
    this.#takingOver ??= this.#startHost().finally(() => {
      this.#takingOver = undefined;
    });
    return this.#takingOver;
  }

  async #startHost(): Promise<void> {
    if (this.#host !== undefined || this.#left.signal.aborted) return;
    this.#host = await ExchangeHost.start(this.#options.open, this.#options);
  }

  async #mustAgree(signal: AbortSignal): Promise<void> {
    if (this.#host !== undefined) return;
    const { port, fingerprint } = this.#options;
    const context = { field: "exchange.port", port: String(port) };
    let theirs: string;
    try {
      theirs = (await this.#ask(() => this.#remote.identity(signal))).fingerprint;
    } catch (error) {
      if (this.#host !== undefined) return;
      const text = `port ${port} is taken, and not by a simulated exchange; give another exchange.port`;
      throw new SurefillError("CONFIG_INVALID", text, { context, cause: error });
    }
    if (theirs === fingerprint) return;
    const text = `the exchange on port ${port} runs with other settings; give its members the same, or another port`;
    throw new SurefillError("CONFIG_INVALID", text, { context });
  }
}

function isRefused(thrown: unknown): boolean {
  return thrown instanceof ConnectionError && thrown.sent === "NO";
}
