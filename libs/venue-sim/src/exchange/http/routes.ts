import { accountId, instrumentId, price, submitKey, wallTime } from "@surefill/core";
import type { ExchangeApi } from "../exchange-api.ts";

/** A question as it came in: the account of the path, the parameters behind it, the body. */
export interface Question {
  readonly account: string;
  readonly parameters: URLSearchParams;
  readonly body: Uint8Array;
  /** Aborts when the asker is gone. */
  readonly gone: AbortSignal;
}

type Route = (exchange: ExchangeApi, question: Question) => Promise<unknown>;

/** By method and path, in which `:account` stands for any. What a route throws as RangeError was asked wrongly. */
export const routes: Readonly<Record<string, Route>> = {
  "GET /instruments": (exchange, { gone }) => exchange.instruments(gone),
  "GET /quotes": (exchange, { parameters, gone }) => {
    const expectedPrice = parameters.get("expectedPrice");
    const instruments = parameters.getAll("instrument").map(instrumentId);
    return expectedPrice === null
      ? exchange.quotes(instruments, gone)
      : exchange.quotes(instruments, gone, price(expectedPrice));
  },
  "GET /accounts/:account/balances": async (exchange, { account, gone }) =>
    Object.fromEntries(await exchange.balances(accountId(account), gone)),
  "POST /accounts/:account/orders": (exchange, { account, body, gone }) =>
    exchange.submit(accountId(account), body, gone),
  "GET /accounts/:account/orders": (exchange, { account, gone }) => exchange.openOrders(accountId(account), gone),
  "GET /accounts/:account/order": (exchange, { account, parameters, gone }) =>
    exchange.order(accountId(account), submitKey(parameters.get("submitKey") ?? ""), gone),
  "DELETE /accounts/:account/order": (exchange, { account, parameters, gone }) =>
    exchange.cancel(accountId(account), submitKey(parameters.get("submitKey") ?? ""), gone),
  "DELETE /accounts/:account/orders": (exchange, { account, parameters, gone }) => {
    const instrument = parameters.get("instrument");
    return exchange.cancelAll(accountId(account), instrument === null ? undefined : instrumentId(instrument), gone);
  },
  "GET /accounts/:account/fills": (exchange, { account, parameters, gone }) => {
    const since = parameters.get("since");
    const after = since === null ? (parameters.get("after") ?? "") : wallTime(Number(since));
    return exchange.fills(accountId(account), after, limitOf(parameters), gone);
  },
};

function limitOf(parameters: URLSearchParams): number {
  const limit = Number(parameters.get("limit") ?? "100");
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError("limit is no number of fills");
  return limit;
}

const accountPath = /^\/accounts\/([^/]{1,100})(\/[a-z]+)$/;

/** The route's name and the account that the path names. */
export function routeOf(method: string, path: string): { readonly name: string; readonly account: string } {
  const [, account, rest] = accountPath.exec(path) ?? [];
  return account === undefined
    ? { name: `${method} ${path}`, account: "" }
    : { name: `${method} /accounts/:account${rest}`, account };
}
