import { create } from "@bufbuild/protobuf";
import {
  type ListFillsRequest,
  type ListFillsResponse,
  ListFillsResponseSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { encodeFill } from "./encode-fill.ts";
import { pageRequest } from "./page-request.ts";
import type { Serving } from "./serving.ts";

export async function listFills({ desk }: Serving, request: ListFillsRequest): Promise<ListFillsResponse> {
  const { orderId, account, venue, instrument, positionId } = request;
  const filter = {
    ...(orderId === "" ? {} : { orderId: orderId.toLowerCase() }),
    ...(account === "" ? {} : { account }),
    ...(venue === "" ? {} : { venue }),
    ...(instrument === "" ? {} : { instrument }),
    ...(positionId === "" ? {} : { positionId }),
  };
  const { items, nextPageToken } = await desk.store.lists.fills(filter, pageRequest(request));
  return create(ListFillsResponseSchema, { fills: items.map(encodeFill), nextPageToken: nextPageToken ?? "" });
}
