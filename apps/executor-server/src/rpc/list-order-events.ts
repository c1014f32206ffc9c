import { create } from "@bufbuild/protobuf";
import {
  type ListOrderEventsRequest,
  type ListOrderEventsResponse,
  ListOrderEventsResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { eventCursor } from "@surefill/core";
import { encodeOrderEvent } from "./encode-order-event.ts";
import { findOrder } from "./find-order.ts";
import { pageRequest } from "./page-request.ts";
import type { Serving } from "./serving.ts";

/** The page token is the cursor of the page's last event. */
export async function listOrderEvents(
  { desk }: Serving,
  request: ListOrderEventsRequest,
): Promise<ListOrderEventsResponse> {
  const order = await findOrder(desk, { case: "orderId", value: request.orderId });
  const { size, token } = pageRequest(request);
  const after = token === undefined ? undefined : eventCursor(token);
  const events = await desk.store.events.ofOrder(order.orderId, size, after);
  const last = events.length === size ? events.at(-1) : undefined;
  return create(ListOrderEventsResponseSchema, {
    events: events.map(({ cursor: _inHistory, ...record }) => encodeOrderEvent(record, order)),
    nextPageToken: last?.cursor ?? "",
  });
}
