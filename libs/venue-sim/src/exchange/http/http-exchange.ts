import type { AccountId, Amount, Clock, Instrument, InstrumentId, Price, SubmitKey, WallTime } from "@surefill/core";
import type { z } from "zod";
import { ConnectionError } from "../connection-error.ts";
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
import { TurnedAwayError } from "../turned-away-error.ts";
import { jsonLines } from "./json-lines.ts";
import * as wire from "./wire.ts";

/** How a host is reached. */
export interface HttpOptions {
  readonly port: number;
  readonly http: typeof fetch;
  readonly clock: Clock;
  /** How long an answer may take. */
  readonly requestTimeoutMs: number;
  /** How long a stream may be silent before it counts as broken. */
  readonly silenceMsMax: number;
}

/** An exchange behind a port of this machine, as its members reach it. It never asks twice. */
export class HttpExchange implements ExchangeApi {
  readonly #options: HttpOptions;
  readonly #url: string;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#url = `http://127.0.0.1:${options.port}`;
  }

  identity(signal: AbortSignal): Promise<wire.Identity> {
    return this.#ask("GET", "/exchange", wire.identity, signal);
  }

  instruments(signal: AbortSignal): Promise<readonly Instrument[]> {
    return this.#ask("GET", "/instruments", wire.instruments, signal);
  }

  quotes(instruments: readonly InstrumentId[], signal: AbortSignal, expectedPrice?: Price): Promise<readonly Quote[]> {
    const parameters = new URLSearchParams();
    for (const instrument of instruments) parameters.append("instrument", instrument);
    if (expectedPrice !== undefined) parameters.append("expectedPrice", expectedPrice);
    return this.#ask("GET", `/quotes?${parameters}`, wire.quotes, signal);
  }

  async balances(account: AccountId, signal: AbortSignal): Promise<ReadonlyMap<string, Amount>> {
    return new Map(Object.entries(await this.#ask("GET", `/accounts/${account}/balances`, wire.balances, signal)));
  }

  submit(account: AccountId, payload: Uint8Array, signal: AbortSignal): Promise<SubmitAnswer> {
    return this.#ask("POST", `/accounts/${account}/orders`, wire.submitAnswer, signal, payload);
  }

  order(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<OrderAnswer> {
    const parameters = new URLSearchParams({ submitKey });
    return this.#ask("GET", `/accounts/${account}/order?${parameters}`, wire.orderAnswer, signal);
  }

  cancel(account: AccountId, submitKey: SubmitKey, signal: AbortSignal): Promise<CancelAnswer> {
    const parameters = new URLSearchParams({ submitKey });
    return this.#ask("DELETE", `/accounts/${account}/order?${parameters}`, wire.cancelAnswer, signal);
  }

  cancelAll(account: AccountId, instrument: InstrumentId | undefined, signal: AbortSignal): Promise<CancelAllAnswer> {
    const parameters = new URLSearchParams(instrument === undefined ? {} : { instrument });
    return this.#ask("DELETE", `/accounts/${account}/orders?${parameters}`, wire.cancelAllAnswer, signal);
  }

  openOrders(account: AccountId, signal: AbortSignal): Promise<readonly OrderReport[]> {
    return this.#ask("GET", `/accounts/${account}/orders`, wire.orderReports, signal);
  }

  fills(account: AccountId, after: string | WallTime, limit: number, signal: AbortSignal): Promise<AccountFills> {
    const from = typeof after === "string" ? { after } : { since: String(after) };
    const parameters = new URLSearchParams({ ...from, limit: String(limit) });
    return this.#ask("GET", `/accounts/${account}/fills?${parameters}`, wire.accountFills, signal);
  }

  async *reports(account: AccountId, signal: AbortSignal): AsyncGenerator<OrderReport, void, undefined> {
    const { clock, silenceMsMax } = this.#options;
    const stop = new AbortController();
    try {
      const response = await this.#fetch("GET", `/accounts/${account}/reports`, AbortSignal.any([signal, stop.signal]));
      if (response.status !== 200 || response.body === null) {
        throw new ConnectionError("MAYBE", `the exchange answered ${response.status} to a listener`);
      }
      const lines = jsonLines(response.body, { clock, silenceMsMax, breakOff: () => stop.abort() });
      for await (const line of lines) yield decode(wire.orderReport, line);
      if (!signal.aborted) throw new ConnectionError("MAYBE", "the exchange ended the stream of reports");
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof ConnectionError
        ? error
        : new ConnectionError("MAYBE", "the stream broke", { cause: error });
    } finally {
      stop.abort();
    }
  }

  async close(): Promise<void> {}

  async #ask<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    signal: AbortSignal,
    body?: Uint8Array,
  ): Promise<z.output<Schema>> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#options.requestTimeoutMs)]);
    const response = await this.#fetch(method, path, deadline, body);
    const text = await textOf(response, deadline);
    const turnedAway = turnedAwayBy(response);
    if (turnedAway !== undefined) throw turnedAway;
    if (response.status === 400) throw new RangeError(`the exchange refuses the question: ${text.slice(0, 300)}`);
    if (response.status !== 200) {
      throw new ConnectionError("MAYBE", `the exchange answered ${response.status}: ${text.slice(0, 300)}`);
    }
    return decode(schema, text);
  }

  async #fetch(method: string, path: string, signal: AbortSignal, body?: Uint8Array): Promise<Response> {
    try {
      const sent = body === undefined ? {} : { body: Buffer.from(body) };
      return await this.#options.http(`${this.#url}${path}`, { method, signal, redirect: "error", ...sent });
    } catch (error) {
      const options = { cause: error, isBroken: !signal.aborted };
      const sent = isRefused(error) ? "NO" : "MAYBE";
      throw new ConnectionError(sent, `${method} ${path.split("?")[0]}: ${reasonOf(error)}`, options);
    }
  }
}

async function textOf(response: Response, signal: AbortSignal): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    const options = { cause: error, isBroken: !signal.aborted };
    throw new ConnectionError("MAYBE", `the answer broke off: ${reasonOf(error)}`, options);
  }
}

function decode<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConnectionError("MAYBE", "the exchange's answer is not JSON", { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const reason = `the exchange's answer is malformed: ${issue?.path.join(".")}: ${issue?.message}`;
  throw new ConnectionError("MAYBE", reason);
}

/** An answer that comes before anything is done with the question: from the host, or from what stands before it. */
function turnedAwayBy({ status, headers }: Response): TurnedAwayError | undefined {
  if (status === 401 || status === 403) return new TurnedAwayError("NO_ACCESS", `the exchange answered ${status}`);
  if (status !== 429) return undefined;
  const seconds = Number(headers.get("retry-after") ?? "");
  const wait = seconds > 0 ? { retryAfterMs: seconds * 1_000 } : {};
  return new TurnedAwayError("TOO_MANY_REQUESTS", "the exchange answered 429", wait);
}

/** Only a refused connection proves that nothing was sent. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
