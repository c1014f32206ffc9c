import { create } from "@bufbuild/protobuf";
import {
  type ListUnmatchedFillsRequest,
  type ListUnmatchedFillsResponse,
  ListUnmatchedFillsResponseSchema,
  UnmatchedFillSchema,
  type UnmatchedFill as WireUnmatchedFill,
} from "@surefill/contracts/surefill/v1/control_service";
import { accountId, type KeptFill, venueId } from "@surefill/core";
import { encodeLiquidity } from "./encode-fill.ts";
import { encodeTime } from "./encode-time.ts";
import { pageRequest } from "./page-request.ts";
import type { Serving } from "./serving.ts";

/** The page token is the place of the page's last fill in the order of keeping. */
export async function listUnmatchedFills(
  { desk }: Pick<Serving, "desk">,
  request: ListUnmatchedFillsRequest,
): Promise<ListUnmatchedFillsResponse> {
  const venueAccount = { venue: venueId(request.venue), account: accountId(request.account) };
  const { size, token = "0" } = pageRequest(request);
  const fills = await desk.store.unmatchedFills.list(venueAccount, size, Number(token));
  const last = fills.length < size ? undefined : fills.at(-1);
  return create(ListUnmatchedFillsResponseSchema, {
    fills: fills.map(encodeUnmatchedFill),
    nextPageToken: last === undefined ? "" : String(last.seq),
  });
}

function encodeUnmatchedFill(kept: KeptFill): WireUnmatchedFill {
  const { account, venue, fill, keptAt } = kept;
  const { venueFillId, venueOrderId, lastQuantity, lastPrice, fee, liquidity, venueTime } = fill;
  return create(UnmatchedFillSchema, {
    ...{ account, venue, instrument: kept.instrument ?? "", submitKey: kept.submitKey ?? "" },
    ...{ venueFillId, venueOrderId, lastQuantity, lastPrice },
    liquidity: encodeLiquidity(liquidity),
    venueTime: encodeTime(venueTime),
    keepTime: encodeTime(keptAt),
    ...(fee === undefined ? {} : { fee }),
  });
}
