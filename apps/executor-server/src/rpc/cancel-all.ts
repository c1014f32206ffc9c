import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type CancelAllRequest,
  type CancelAllResponse,
  CancelAllResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { accountId, type CancelScope, cancelAll as cancelAllOrders, instrumentId, venueId } from "@surefill/core";
import { encodeOrder } from "./encode-order.ts";
import type { Serving } from "./serving.ts";

export async function* cancelAll(
  { desk, executor }: Serving,
  request: CancelAllRequest,
  context: HandlerContext,
): AsyncGenerator<CancelAllResponse> {
  for await (const progress of cancelAllOrders(
    desk,
    scopeOf(request),
    (order) => executor.act(order),
    context.signal,
  )) {
    const { targets, requested, closed, done, remaining } = progress;
    yield create(CancelAllResponseSchema, { targets, requested, closed, done, remaining: remaining.map(encodeOrder) });
  }
}

function scopeOf({ account, venue, instrument, reason }: CancelAllRequest): CancelScope {
  return {
    reason,
    ...(account === "" ? {} : { account: accountId(account) }),
    ...(venue === "" ? {} : { venue: venueId(venue) }),
    ...(instrument === "" ? {} : { instrument: instrumentId(instrument) }),
  };
}
