import { create } from "@bufbuild/protobuf";
import {
  type GetTradingStateRequest,
  type GetTradingStateResponse,
  GetTradingStateResponseSchema,
  type TradingStateRecord,
  TradingStateRecordSchema,
} from "@surefill/contracts/surefill/v1/control_service";
import { overlap, restrictionOn, type ScopedTradingState } from "@surefill/core";
import { encodeTime } from "./encode-time.ts";
import type { Serving } from "./serving.ts";
import { decodeScope, encodeScope, encodeTradingState } from "./trading-scope.ts";

export async function getTradingState(
  { desk }: Serving,
  request: GetTradingStateRequest,
): Promise<GetTradingStateResponse> {
  const scope = decodeScope(desk, request.scope);
  const states = await desk.store.tradingStates.read();
  return create(GetTradingStateResponseSchema, {
    state: encodeTradingState(restrictionOn(states, scope)?.state ?? "ACTIVE"),
    restrictions: states.restrictions.filter((restriction) => overlap(restriction.scope, scope)).map(encodeRecord),
  });
}

export function encodeRecord({ scope, state, operator, reason, at }: ScopedTradingState): TradingStateRecord {
  return create(TradingStateRecordSchema, {
    scope: encodeScope(scope),
    state: encodeTradingState(state),
    operator,
    reason,
    setTime: encodeTime(at),
  });
}
