import { amount, type InstrumentId, price, quantity, sign, venueFillId, venueOrderId, wallTime } from "@surefill/core";
import type { StandEvent } from "@surefill/venue-testkit";
import type { ExchangeEvent } from "./exchange/exchange-event.ts";
import { isAlgo, isLimited } from "./exchange/order-terms.ts";

/** An event as the kit reads it, or undefined for what is none of an order's. */
export function standEventOf(
  event: ExchangeEvent,
  instruments: ReadonlyMap<string, InstrumentId>,
): StandEvent | undefined {
  if (!("orderId" in event)) return undefined;
  const at = wallTime(event.at * 1_000);
  const order = { account: event.account, venueOrderId: venueOrderId(String(event.orderId)), at };
  switch (event.type) {
    case "ORDER_ACCEPTED": {
      const instrument = instruments.get(event.symbol);
      if (instrument === undefined) throw new RangeError(`${event.symbol} is not listed`);
      const isQuoteSized = sign(event.quoteOrderQuantity) > 0;
      return {
        type: "ACCEPTED",
        ...order,
        submitKey: event.clientOrderId,
        instrument,
        side: event.side,
        ...(isQuoteSized ? { quoteAmount: amount(event.quoteOrderQuantity) } : { quantity: quantity(event.quantity) }),
        ...(isLimited(event.orderType) && { limitPrice: price(event.price) }),
        ...(isAlgo(event.orderType) && { triggerPrice: price(event.stopPrice) }),
      };
    }
    case "ORDER_TRIGGERED":
      return undefined;
    case "TRADE":
      return {
        type: "FILLED",
        ...order,
        venueFillId: venueFillId(String(event.tradeId)),
        quantity: quantity(event.quantity),
        price: price(event.price),
        fee: { asset: event.commissionAsset, amount: amount(event.commission) },
      };
    case "ORDER_CANCELED":
      return { type: "ENDED", ...order, how: "CANCELLED" };
    case "ORDER_EXPIRED":
      return { type: "ENDED", ...order, how: "EXPIRED" };
  }
}
