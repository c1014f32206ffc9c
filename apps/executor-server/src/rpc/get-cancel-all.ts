import { create } from "@bufbuild/protobuf";
import {
  type GetCancelAllRequest,
  type GetCancelAllResponse,
  GetCancelAllResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { orderError, remainingOf } from "@surefill/core";
import { encodeCancelAll } from "./encode-cancel-all.ts";
import { encodeOrder } from "./encode-order.ts";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";

export async function getCancelAll(
  { desk }: Serving,
  { requestId }: GetCancelAllRequest,
): Promise<GetCancelAllResponse> {
  const campaign = await desk.store.cancelAlls.find(requestId);
  if (campaign === undefined) {
    const text = `no CancelAll with request_id ${requestId}`;
    throw rpcError(orderError("CANCEL_ALL_NOT_FOUND", text, { request_id: requestId }));
  }
  const remaining = await remainingOf(desk, campaign);
  return create(GetCancelAllResponseSchema, {
    campaign: encodeCancelAll(campaign),
    remaining: remaining.map(encodeOrder),
  });
}
