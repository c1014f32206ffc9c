import { create } from "@bufbuild/protobuf";
import {
  type ListVenuesResponse,
  ListVenuesResponseSchema,
  VenueSchema,
} from "@surefill/contracts/surefill/v1/venue_service";
import type { VenueEntry } from "@surefill/core";
import { encodeOrderType, encodeTimeInForce } from "./encode-order.ts";
import { encodeRateBudget, encodeVenueHealth } from "./encode-venue-health.ts";
import type { Serving } from "./serving.ts";

export async function listVenues({ desk }: Serving): Promise<ListVenuesResponse> {
  const venues = [...desk.venues.values()].sort((a, b) => (a.venueId < b.venueId ? -1 : 1));
  return create(ListVenuesResponseSchema, { venues: await Promise.all(venues.map(encodeVenue)) });
}

async function encodeVenue({ venueId, plugin, manifest, accounts, gate }: VenueEntry) {
  const { capabilities, simulated } = manifest;
  return create(VenueSchema, {
    name: venueId,
    plugin,
    simulated,
    orderTypes: capabilities.orderTypes.map(encodeOrderType),
    timesInForce: capabilities.timesInForce.map(encodeTimeInForce),
    postOnly: capabilities.postOnly,
    quoteQuantity: capabilities.quoteQuantity,
    lookupBySubmitKey: capabilities.lookupBySubmitKey,
    requestsExpire: capabilities.requestsExpire,
    streams: capabilities.streams,
    accounts: [...accounts],
    ...(gate === undefined
      ? {}
      : {
          health: encodeVenueHealth(gate.breaker()),
          rateBudgets: (await gate.budgets()).map(encodeRateBudget),
        }),
  });
}
