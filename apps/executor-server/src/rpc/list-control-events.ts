import { create } from "@bufbuild/protobuf";
import {
  ControlEventSchema,
  type ListControlEventsRequest,
  type ListControlEventsResponse,
  ListControlEventsResponseSchema,
  type ControlEvent as WireControlEvent,
} from "@surefill/contracts/surefill/v1/control_service";
import type { ControlEvent } from "@surefill/core";
import { encodeTime } from "./encode-time.ts";
import { pageRequest } from "./page-request.ts";
import type { Serving } from "./serving.ts";
import { encodeScope, encodeTradingState } from "./trading-scope.ts";

/** The page token is the number of the page's last event, so that a reader can go on with what is yet to come. */
export async function listControlEvents(
  { desk }: Serving,
  request: ListControlEventsRequest,
): Promise<ListControlEventsResponse> {
  const { size, token = "0" } = pageRequest(request);
  const events = await desk.store.controlEvents.after(Number(token), size);
  return create(ListControlEventsResponseSchema, {
    events: events.map(encodeControlEvent),
    nextPageToken: String(events.at(-1)?.number ?? token),
  });
}

function encodeControlEvent({ number, scope, operator, reason, at, cause }: ControlEvent): WireControlEvent {
  const told = { number: BigInt(number), type: cause.type, scope: encodeScope(scope), operator, reason };
  const event = create(ControlEventSchema, { ...told, time: encodeTime(at) });
  switch (cause.type) {
    case "trading_state.changed":
      event.fromState = encodeTradingState(cause.from);
      event.toState = encodeTradingState(cause.to);
      return event;
    case "emergency.cancel_all":
      event.campaignId = cause.campaignId;
      event.phase = cause.phase;
      return event;
  }
}
