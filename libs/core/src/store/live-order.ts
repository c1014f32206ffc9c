import type { Quantity } from "../money/quantity.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { OrderId, SubmitKey, VenueOrderId } from "../order/order-id.ts";
import type { OrderState } from "../order/order-state.ts";
import type { WallTime } from "../time/wall-time.ts";

/** What tracking must know of every order that is not final: a tenth of the row, for there may be very many. */
export interface LiveOrder {
  readonly orderId: OrderId;
  readonly version: number;
  readonly state: OrderState;
  readonly requestedAt: WallTime;
  readonly cumQuantity: Quantity;
  /** The last attempt, where there was one. */
  readonly attempt?: {
    readonly submitKey: SubmitKey;
    readonly preparedAt: WallTime;
    readonly venueOrderId?: VenueOrderId;
  };
}

export function liveOrderOf(order: Order): LiveOrder {
  const { orderId, version, state, requestedAt, cumQuantity } = order;
  const attempt = attemptOf(order);
  const live = { orderId, version, state, requestedAt, cumQuantity };
  if (attempt === undefined) return live;
  const { submitKey, preparedAt, venueOrderId } = attempt;
  return { ...live, attempt: { submitKey, preparedAt, ...(venueOrderId === undefined ? {} : { venueOrderId }) } };
}
