import type { BookedOrder } from "../exchange/booked-order.ts";
import type { OrderEvent } from "../exchange/exchange-event.ts";
import { wireDecimal, zero } from "../exchange/wire-decimal.ts";

const executionTypes = {
  ORDER_ACCEPTED: "NEW",
  ORDER_TRIGGERED: "NEW",
  TRADE: "TRADE",
  ORDER_CANCELED: "CANCELED",
  ORDER_EXPIRED: "EXPIRED",
} as const satisfies Record<OrderEvent["type"], string>;

/** Binance's executionReport of an event, with the order as it left it. */
export function executionReport(event: OrderEvent, order: BookedOrder, executionId: number) {
  const { accepted } = order;
  const nothing = wireDecimal(zero);
  const trade = event.type === "TRADE" ? event : undefined;
  const isCancel = event.type === "ORDER_CANCELED";
  return {
    e: "executionReport",
    E: event.at,
    s: accepted.symbol,
    c: isCancel ? event.cancelId : accepted.clientOrderId,
    S: accepted.side,
    o: accepted.orderType,
    f: accepted.timeInForce,
    q: wireDecimal(accepted.quantity),
    p: wireDecimal(accepted.price),
    P: wireDecimal(accepted.stopPrice),
    F: nothing,
    g: -1,
    C: isCancel ? accepted.clientOrderId : "",
    x: order.status === "EXPIRED_IN_MATCH" ? "TRADE_PREVENTION" : executionTypes[event.type],
    X: order.status,
    r: "NONE",
    i: accepted.orderId,
    l: wireDecimal(trade?.quantity ?? zero),
    z: wireDecimal(order.executed),
    L: wireDecimal(trade?.price ?? zero),
    n: trade === undefined ? "0" : wireDecimal(trade.commission),
    N: trade?.commissionAsset ?? null,
    T: event.at,
    t: trade?.tradeId ?? -1,
    I: executionId,
    w: order.isResting,
    m: trade?.isMaker ?? false,
    M: trade !== undefined,
    O: accepted.at,
    Z: wireDecimal(order.executedQuote),
    Y: wireDecimal(trade?.quoteQuantity ?? zero),
    Q: wireDecimal(accepted.quoteOrderQuantity),
    ...(order.workingTime > 0 && { W: order.workingTime }),
    V: "EXPIRE_MAKER",
    ...(event.type === "ORDER_EXPIRED" && { eR: event.reason }),
  };
}
