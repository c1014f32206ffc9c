import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type WatchOrdersRequest,
  type WatchOrdersResponse,
  WatchOrdersResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import {
  type EventCursor,
  eventCursor,
  type FollowedPage,
  followEvents,
  type Order,
  type OrderId,
  orderError,
  orderId,
} from "@surefill/core";
import { decodeStates, encodeOrder } from "./encode-order.ts";
import { encodeOrderEvent } from "./encode-order-event.ts";
import { encodeTime } from "./encode-time.ts";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";

const heartbeatMsDefault = 15_000;

/** Events from a cursor on, each with its order as it is by now; ends UNAVAILABLE when the server closes. */
export async function* watchOrders(
  serving: Serving,
  request: WatchOrdersRequest,
  context: HandlerContext,
): AsyncGenerator<WatchOrdersResponse> {
  const { desk, draining, watchSlots } = serving;
  if (!watchSlots.take()) {
    const limit = String(watchSlots.max);
    throw rpcError(orderError("OVERLOADED", `${limit} streams are open already; close one or retry later`, { limit }));
  }
  try {
    const { account, orderIds, states, resumeCursor, heartbeatInterval } = request;
    const pages = followEvents(desk, {
      filter: {
        ...(account === "" ? {} : { account }),
        ...(orderIds.length === 0 ? {} : { orderIds: orderIds.map((id) => orderId(id.toLowerCase())) }),
        ...(states.length === 0 ? {} : { states: decodeStates(states) }),
      },
      heartbeatMs: heartbeatInterval === undefined ? heartbeatMsDefault : durationMs(heartbeatInterval),
      signal: AbortSignal.any([context.signal, draining]),
      ...(resumeCursor === "" ? {} : { after: eventCursor(resumeCursor) }),
    });
    for await (const page of pages)
      yield* page.events.length === 0 ? [heartbeat(serving, page.cursor)] : await eventsOf(serving, page);
    draining.throwIfAborted();
  } finally {
    watchSlots.giveBack();
  }
}

async function eventsOf({ desk }: Serving, { events }: FollowedPage): Promise<readonly WatchOrdersResponse[]> {
  const ids = [...new Set(events.map((event) => event.orderId))];
  const orders = new Map<OrderId, Order>(
    (await desk.store.orders.findMany(ids)).map((order) => [order.orderId, order]),
  );
  return events.flatMap((event) => {
    const order = orders.get(event.orderId);
    if (order === undefined) return [];
    const value = { event: encodeOrderEvent(event, order), order: encodeOrder(order) };
    return [create(WatchOrdersResponseSchema, { message: { case: "event", value } })];
  });
}

function heartbeat({ desk }: Serving, cursor: EventCursor): WatchOrdersResponse {
  const value = { cursor, time: encodeTime(desk.clock.wall()) };
  return create(WatchOrdersResponseSchema, { message: { case: "heartbeat", value } });
}
