import { sign } from "@surefill/core";
import {
  isAlgo,
  isLimited,
  type OrderTerms,
  type OrderType,
  orderTypes,
  timesInForce,
} from "../exchange/order-terms.ts";
import { refuse } from "../exchange/spot-refusal.ts";
import type { Parameters } from "./parameters.ts";

const clientOrderIdRange = "^[a-zA-Z0-9-_]{1,36}$";
const clientOrderIdPattern = /^[a-zA-Z0-9-_]{1,36}$/;
const symbolRange = "^[A-Z0-9-_.]{1,20}$";
const symbolPattern = /^[A-Z0-9-_.]{1,20}$/;

export const responseTypes = ["ACK", "RESULT", "FULL"] as const;
export type ResponseType = (typeof responseTypes)[number];

/** What POST /api/v3/order asks for. `generated` is the client order id where it names none. */
export function newOrderOf(parameters: Parameters, generated: string): { terms: OrderTerms; answer: ResponseType } {
  const symbol = symbolOf(parameters);
  parameters.required("side");
  const side = parameters.oneOf("side", ["BUY", "SELL"], refuse.side()) ?? "BUY";
  parameters.required("type");
  const orderType = parameters.oneOf("type", orderTypes, refuse.orderType()) ?? "LIMIT";
  const timeInForce = parameters.oneOf("timeInForce", timesInForce, refuse.timeInForce());
  const terms = {
    ...{ symbol, side, orderType, timeInForce: timeInForce ?? ("GTC" as const) },
    clientOrderId: clientOrderIdOf(parameters, "newClientOrderId") ?? generated,
    quantity: parameters.decimal("quantity"),
    quoteOrderQuantity: parameters.decimal("quoteOrderQty"),
    price: parameters.decimal("price"),
    stopPrice: parameters.decimal("stopPrice"),
  };
  checkComposition(terms, timeInForce !== undefined);
  parameters.oneOf("selfTradePreventionMode", ["EXPIRE_MAKER"], refuse.parameter("selfTradePreventionMode"));
  const asked = parameters.oneOf("newOrderRespType", responseTypes, refuse.parameter("newOrderRespType"));
  return { terms, answer: asked ?? (orderType === "MARKET" || orderType === "LIMIT" ? "FULL" : "ACK") };
}

export function symbolOf(parameters: Parameters): string {
  const symbol = parameters.required("symbol");
  if (!symbolPattern.test(symbol)) throw refuse.illegal("symbol", symbolRange);
  return symbol;
}

export function clientOrderIdOf(parameters: Parameters, name: string): string | undefined {
  const id = parameters.text(name);
  if (id !== undefined && !clientOrderIdPattern.test(id)) throw refuse.illegal(name, clientOrderIdRange);
  return id;
}

/** What each order type must be sent with, and what it must not (rest-api.md, "New order"). */
function checkComposition(terms: OrderTerms, hasTimeInForce: boolean): void {
  const { orderType, quantity, quoteOrderQuantity, price, stopPrice } = terms;
  const isQuoteSized = sign(quoteOrderQuantity) > 0;
  if (isQuoteSized && orderType !== "MARKET") throw refuse.notRequired("quoteOrderQty");
  if (isQuoteSized && sign(quantity) > 0) throw refuse.notRequired("quoteOrderQty");
  if (!isQuoteSized && sign(quantity) === 0) {
    throw orderType === "MARKET" ? refuse.oneOf("quantity", "quoteOrderQty") : refuse.missing("quantity");
  }
  demand("price", sign(price) > 0, isLimited(orderType));
  demand("stopPrice", sign(stopPrice) > 0, isAlgo(orderType));
  demand("timeInForce", hasTimeInForce, takesTimeInForce(orderType));
}

function takesTimeInForce(orderType: OrderType): boolean {
  return isLimited(orderType) && orderType !== "LIMIT_MAKER";
}

function demand(name: string, isSent: boolean, isWanted: boolean): void {
  if (isWanted && !isSent) throw refuse.missing(name);
  if (!isWanted && isSent) throw refuse.notRequired(name);
}
