import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type PendingAttempt,
  PendingAttemptSchema,
  type SetTradingStateRequest,
  type SetTradingStateResponse,
  SetTradingStateResponseSchema,
} from "@surefill/contracts/surefill/v1/control_service";
import { attemptOf, type Order, restrictionOn, setTradingState as setState } from "@surefill/core";
import { encodeState } from "./encode-order.ts";
import { encodeTime } from "./encode-time.ts";
import { encodeRecord } from "./get-trading-state.ts";
import type { Serving } from "./serving.ts";
import { decodeScope, decodeTradingState, encodeTradingState } from "./trading-scope.ts";

const waitMsDefault = 15_000;

/** A caller who goes away has set the state nevertheless; only the wait ends with him. */
export async function setTradingState(
  { desk, draining }: Serving,
  request: SetTradingStateRequest,
  context: HandlerContext,
): Promise<SetTradingStateResponse> {
  const { operator, reason, wait } = request;
  const scope = decodeScope(desk, request.scope);
  const { set, cancelled, pending } = await setState(
    desk,
    { scope, state: decodeTradingState(request.state), operator, reason },
    {
      waitMs: wait === undefined ? waitMsDefault : durationMs(wait),
      signal: AbortSignal.any([context.signal, draining]),
    },
  );
  const inForce = restrictionOn(await desk.store.tradingStates.read(), scope)?.state ?? "ACTIVE";
  return create(SetTradingStateResponseSchema, {
    set: encodeRecord(set),
    state: encodeTradingState(inForce),
    cancelled,
    pendingAttempts: pending.map(encodePending),
  });
}

export function encodePending(order: Order): PendingAttempt {
  const { orderId, instruction, state } = order;
  const { clientOrderId, account, venue, instrument } = instruction;
  const attempt = attemptOf(order);
  return create(PendingAttemptSchema, {
    ...{ orderId, clientOrderId, account, venue, instrument },
    state: encodeState(state),
    attemptNumber: attempt?.number ?? 0,
    submitKey: attempt?.submitKey ?? "",
    ...(attempt?.validUntil === undefined ? {} : { validUntil: encodeTime(attempt.validUntil) }),
  });
}
