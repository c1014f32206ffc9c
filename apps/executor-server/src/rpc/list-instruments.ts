import { create } from "@bufbuild/protobuf";
import {
  InstrumentSchema,
  type ListInstrumentsRequest,
  type ListInstrumentsResponse,
  ListInstrumentsResponseSchema,
} from "@surefill/contracts/surefill/v1/venue_service";
import { orderError, venueId } from "@surefill/core";
import { pageRequest } from "./page-request.ts";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";

/** By symbol; the page token is the last symbol of the page before. */
export function listInstruments({ desk }: Serving, request: ListInstrumentsRequest): ListInstrumentsResponse {
  const entry = desk.venues.get(venueId(request.venue));
  if (entry === undefined) {
    const text = `no venue ${request.venue} is configured; ListVenues has those that are`;
    throw rpcError(orderError("UNKNOWN_VENUE", text, { field: "venue", venue: request.venue }));
  }
  const { size, token } = pageRequest(request);
  const all = [...entry.instruments.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  const after = token === undefined ? 0 : all.findIndex(({ symbol }) => symbol === token) + 1;
  if (token !== undefined && after === 0) {
    throw rpcError(orderError("PAGE_TOKEN_INVALID", "the page token is not of this venue", { field: "page_token" }));
  }
  const page = all.slice(after, after + size);
  const nextPageToken = after + size < all.length ? (page.at(-1)?.symbol ?? "") : "";
  return create(ListInstrumentsResponseSchema, {
    instruments: page.map((instrument) => create(InstrumentSchema, { ...instrument })),
    nextPageToken,
  });
}
