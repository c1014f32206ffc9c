import type { Decimal } from "@surefill/core";

export const orderTypes = [
  "LIMIT",
  "LIMIT_MAKER",
  "MARKET",
  "STOP_LOSS",
  "STOP_LOSS_LIMIT",
  "TAKE_PROFIT",
  "TAKE_PROFIT_LIMIT",
] as const;
export type OrderType = (typeof orderTypes)[number];

export const timesInForce = ["GTC", "IOC", "FOK"] as const;
export type TimeInForce = (typeof timesInForce)[number];

export type Side = "BUY" | "SELL";

/** A new order as its request reads. 0 stands for what was not sent. */
export interface OrderTerms {
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly orderType: OrderType;
  /** Orders that take none are GTC in Binance's answers. */
  readonly timeInForce: TimeInForce;
  /** In base; 0 for a MARKET order that is sized in quote. */
  readonly quantity: Decimal;
  readonly quoteOrderQuantity: Decimal;
  readonly price: Decimal;
  readonly stopPrice: Decimal;
}

/** It waits until the last price comes to its stop price. */
export function isAlgo(type: OrderType): boolean {
  return type.startsWith("STOP_LOSS") || type.startsWith("TAKE_PROFIT");
}

/** It has a price that it won't go beyond. */
export function isLimited(type: OrderType): boolean {
  return type.includes("LIMIT");
}
