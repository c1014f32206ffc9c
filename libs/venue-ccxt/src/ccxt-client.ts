import { AsyncLocalStorage } from "node:async_hooks";
import type { CcxtExchange } from "./ccxt-exchange.ts";
import { parseExactJson } from "./exact-json.ts";
import type { WireAnswer } from "./transport.ts";
import { MalformedAnswer } from "./transport-error.ts";
import type { WireRequest } from "./wire-request.ts";

/** How the requests of one call leave. */
export type Sender = (request: WireRequest) => Promise<WireAnswer>;

/** What one call of a ccxt method came to, requests and all. */
export interface Called<T> {
  /** What the method gave, or threw. */
  readonly result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: unknown };
  /** The answers that it read, in turn. */
  readonly answers: readonly WireAnswer[];
}

interface Call {
  readonly send: Sender;
  readonly answers: WireAnswer[];
  /** The time that requests of this call bear. */
  readonly stampMs?: number;
}

/**
 * One ccxt exchange whose requests leave through us. ccxt builds and signs, and reads what comes back; it does not
 * send, wait, retry or tell the time. Calls may overlap: what belongs to one is found through its async context, for
 * ccxt's own record of "the last request" is shared by all.
 */
export class CcxtClient {
  readonly exchange: CcxtExchange;
  readonly #calls = new AsyncLocalStorage<Call>();

  constructor(exchange: CcxtExchange, nowMs: () => number) {
    this.exchange = exchange;
    const stamp = () => this.#calls.getStore()?.stampMs ?? nowMs();
    exchange.milliseconds = stamp;
    exchange.seconds = () => Math.floor(stamp() / 1_000);
    exchange.parseJson = parseExactJson;
    exchange.fetch = (url, method, headers, body) => this.#fetch(url, method, headers, body);
  }

  /** Runs a method of the exchange; never throws what the method throws. */
  async call<T>(
    run: (exchange: CcxtExchange) => Promise<T>,
    send: Sender,
    { stampMs }: { readonly stampMs?: number } = {},
  ): Promise<Called<T>> {
    const answers: WireAnswer[] = [];
    const call: Call = { send, answers, ...(stampMs === undefined ? {} : { stampMs }) };
    return this.#calls.run(call, async () => {
      try {
        return { result: { ok: true, value: await run(this.exchange) }, answers };
      } catch (thrown) {
        return { result: { ok: false, thrown }, answers };
      }
    });
  }

  async #fetch(url: string, method = "GET", headers: Record<string, string> = {}, body?: string): Promise<unknown> {
    const call = this.#calls.getStore();
    if (call === undefined) throw new Error("ccxt sent a request outside a call");
    const borne = this.exchange.setHeaders({ ...this.exchange.headers, ...headers });
    const request: WireRequest = { url, method, headers: textsOf(borne), ...(body === undefined ? {} : { body }) };
    const answer = await call.send(request);
    call.answers.push(answer);
    const { status, statusText, headers: answered, text } = answer;
    // ccxt reads errors out of what it can; a success that is no JSON it would hand on as text, or as an empty list.
    if (status < 300 && answer.body === undefined) throw new MalformedAnswer("the answer is no JSON");
    const response = { status, statusText, headers: answered, text: async () => text };
    return this.exchange.handleRestResponse(response, url, method, headers, body);
  }
}

function textsOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
