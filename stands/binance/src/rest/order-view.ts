import type { BookedOrder } from "../exchange/booked-order.ts";
import type { Trade } from "../exchange/exchange-event.ts";
import { isAlgo } from "../exchange/order-terms.ts";
import type { Cancelled } from "../exchange/spot-exchange.ts";
import { wireDecimal } from "../exchange/wire-decimal.ts";
import type { ResponseType } from "./new-order.ts";

const selfTradePreventionMode = "EXPIRE_MAKER";

/** What GET of an order shows. */
export function orderView(order: BookedOrder) {
  const { at, stopPrice } = order.accepted;
  return {
    ...identity(order),
    clientOrderId: order.accepted.clientOrderId,
    ...state(order),
    stopPrice: wireDecimal(stopPrice),
    icebergQty: "0.00000000",
    time: at,
    updateTime: order.updatedAt,
    isWorking: !order.isWaiting,
    workingTime: order.workingTime,
    selfTradePreventionMode,
  };
}

/** The answer to a new order, as long as it asked for; ACK says no more than that it was taken. */
export function placedView(order: BookedOrder, type: ResponseType) {
  const { at, clientOrderId } = order.accepted;
  const ack = { ...identity(order), clientOrderId, transactTime: at };
  if (type === "ACK") return ack;
  const result = { ...ack, ...state(order), ...stop(order), workingTime: order.workingTime, selfTradePreventionMode };
  return type === "RESULT" ? result : { ...result, fills: order.trades.map(fillView) };
}

/** A cancel has a client order id of its own; the order's is origClientOrderId. */
export function cancelledView({ order, cancelId }: Cancelled) {
  return {
    ...identity(order),
    origClientOrderId: order.accepted.clientOrderId,
    clientOrderId: cancelId,
    transactTime: order.updatedAt,
    ...state(order),
    ...stop(order),
    selfTradePreventionMode,
  };
}

function identity({ accepted }: BookedOrder) {
  return { symbol: accepted.symbol, orderId: accepted.orderId, orderListId: -1 };
}

function state(order: BookedOrder) {
  const { price, quantity, quoteOrderQuantity, timeInForce, orderType, side } = order.accepted;
  return {
    price: wireDecimal(price),
    origQty: wireDecimal(quantity),
    executedQty: wireDecimal(order.executed),
    origQuoteOrderQty: wireDecimal(quoteOrderQuantity),
    // Binance's own spelling.
    cummulativeQuoteQty: wireDecimal(order.executedQuote),
    status: order.status,
    timeInForce,
    type: orderType,
    side,
    ...(order.status === "EXPIRED" && { expiryReason: order.expiryReason }),
  };
}

function stop({ accepted: { orderType, stopPrice } }: BookedOrder) {
  return isAlgo(orderType) ? { stopPrice: wireDecimal(stopPrice) } : {};
}

function fillView({ price, quantity, commission, commissionAsset, tradeId }: Trade) {
  return {
    price: wireDecimal(price),
    qty: wireDecimal(quantity),
    commission: wireDecimal(commission),
    commissionAsset,
    tradeId,
  };
}

export function tradeView(trade: Trade) {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: -1,
    price: wireDecimal(trade.price),
    qty: wireDecimal(trade.quantity),
    quoteQty: wireDecimal(trade.quoteQuantity),
    commission: wireDecimal(trade.commission),
    commissionAsset: trade.commissionAsset,
    time: trade.at,
    isBuyer: trade.side === "BUY",
    isMaker: trade.isMaker,
    isBestMatch: true,
  };
}
