import { create } from "@bufbuild/protobuf";
import * as wire from "@surefill/contracts/surefill/v1/venue_service";
import type { BreakerView, BudgetView } from "@surefill/core";
import { encodeDurationMs } from "./encode-time.ts";

const states = {
  CLOSED: wire.BreakerState.CLOSED,
  OPEN: wire.BreakerState.OPEN,
  HALF_OPEN: wire.BreakerState.HALF_OPEN,
} as const satisfies Record<BreakerView["state"], wire.BreakerState>;

export function encodeVenueHealth({ state, failuresInARow, probeInMs }: BreakerView): wire.VenueHealth {
  return create(wire.VenueHealthSchema, {
    breakerState: states[state],
    failuresInARow,
    ...(probeInMs === undefined ? {} : { probeIn: encodeDurationMs(Math.ceil(probeInMs)) }),
  });
}

/** In the place of an account, for what all accounts of the venue share. */
const noAccount = "";

export function encodeRateBudget({ account, pausedMs, limits }: BudgetView): wire.RateBudget {
  return create(wire.RateBudgetSchema, {
    account: account ?? noAccount,
    ...(pausedMs === 0 ? {} : { pausedFor: encodeDurationMs(Math.ceil(pausedMs)) }),
    limits: limits.map(({ limit, tokensLeft }) => ({
      name: limit.name,
      requestsMax: limit.tokensMax,
      requestsReserved: limit.tokensReserved,
      requestsLeft: tokensLeft,
      window: encodeDurationMs(limit.windowMs),
    })),
  });
}
