import { create } from "@bufbuild/protobuf";
import {
  type ListOrdersRequest,
  type ListOrdersResponse,
  ListOrdersResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { decodeStates, encodeOrder } from "./encode-order.ts";
import { pageRequest } from "./page-request.ts";
import type { Serving } from "./serving.ts";

export async function listOrders({ desk }: Serving, request: ListOrdersRequest): Promise<ListOrdersResponse> {
  const { account, venue, instrument, strategyId, states } = request;
  const filter = {
    ...(account === "" ? {} : { account }),
    ...(venue === "" ? {} : { venue }),
    ...(instrument === "" ? {} : { instrument }),
    ...(strategyId === "" ? {} : { strategyId }),
    ...(states.length === 0 ? {} : { states: decodeStates(states) }),
  };
  const { items, nextPageToken } = await desk.store.lists.orders(filter, pageRequest(request));
  return create(ListOrdersResponseSchema, { orders: items.map(encodeOrder), nextPageToken: nextPageToken ?? "" });
}
