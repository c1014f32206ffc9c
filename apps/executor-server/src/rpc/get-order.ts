import { create } from "@bufbuild/protobuf";
import {
  type GetOrderRequest,
  type GetOrderResponse,
  GetOrderResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { encodeOrder } from "./encode-order.ts";
import { findOrder } from "./find-order.ts";
import type { Serving } from "./serving.ts";

export async function getOrder({ desk }: Serving, request: GetOrderRequest): Promise<GetOrderResponse> {
  return create(GetOrderResponseSchema, { order: encodeOrder(await findOrder(desk, request.key)) });
}
