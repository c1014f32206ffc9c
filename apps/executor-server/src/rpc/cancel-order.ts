import { create } from "@bufbuild/protobuf";
import {
  type CancelOrderRequest,
  type CancelOrderResponse,
  CancelOrderResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { requestCancel } from "@surefill/core";
import { encodeOrder } from "./encode-order.ts";
import { findOrder } from "./find-order.ts";
import type { Serving } from "./serving.ts";

/** Answers once the wish is durable; repeating it changes nothing. */
export async function cancelOrder(
  { desk, executor }: Serving,
  request: CancelOrderRequest,
): Promise<CancelOrderResponse> {
  const known = await findOrder(desk, request.key);
  const order = await requestCancel(desk, known, request.reason === "" ? "CancelOrder" : request.reason);
  if (order.state === "CANCELLING") executor.act(order);
  return create(CancelOrderResponseSchema, { order: encodeOrder(order) });
}
