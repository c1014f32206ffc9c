import { create } from "@bufbuild/protobuf";
import * as wire from "@surefill/contracts/surefill/v1/control_service";
import {
  accountId,
  type Desk,
  instrumentId,
  type OrderError,
  orderError,
  type TradingScope,
  type TradingState,
  venueId,
} from "@surefill/core";
import { rpcError } from "./rpc-error.ts";

const states = {
  ACTIVE: wire.TradingState.ACTIVE,
  REDUCE_ONLY: wire.TradingState.REDUCE_ONLY,
  HALTED: wire.TradingState.HALTED,
} as const satisfies Record<TradingState, wire.TradingState>;

export const encodeTradingState = (state: TradingState): wire.TradingState => states[state];

/** The contract lets no other value through. */
export function decodeTradingState(given: wire.TradingState): TradingState {
  if (given === wire.TradingState.ACTIVE) return "ACTIVE";
  return given === wire.TradingState.REDUCE_ONLY ? "REDUCE_ONLY" : "HALTED";
}

export function encodeScope({ account, venue, instrument }: TradingScope): wire.TradingScope {
  return create(wire.TradingScopeSchema, { account: account ?? "", venue: venue ?? "", instrument: instrument ?? "" });
}

/** The three fields of a scope as a request has them: empty ones don't narrow. */
export interface WireScope {
  readonly account: string;
  readonly venue: string;
  readonly instrument: string;
}

/**
 * A scope of what is traded here. @throws ConnectError for an account, venue or instrument that nobody trades: what was
 * meant would go on unnoticed.
 */
export function decodeScope(desk: Desk, given: WireScope | undefined): TradingScope {
  const { account, venue, instrument } = given ?? { account: "", venue: "", instrument: "" };
  const fault = faultOf(desk, { account, venue, instrument });
  if (fault !== undefined) throw rpcError(fault);
  return {
    ...(account === "" ? {} : { account: accountId(account) }),
    ...(venue === "" ? {} : { venue: venueId(venue) }),
    ...(instrument === "" ? {} : { instrument: instrumentId(instrument) }),
  };
}

function faultOf({ venues }: Desk, { account, venue, instrument }: WireScope): OrderError | undefined {
  const inVenue = [...venues.values()].filter(({ venueId: name }) => venue === "" || name === venue);
  if (inVenue.length === 0) {
    const known = [...venues.keys()].join(", ");
    return orderError("UNKNOWN_VENUE", `no venue ${venue} is configured; there are: ${known}`, {
      field: "venue",
      venue,
    });
  }
  const inAccount = inVenue.filter(({ accounts }) => account === "" || accounts.some((name) => name === account));
  if (inAccount.length === 0) {
    const where = venue === "" ? "any venue" : venue;
    const text = `account ${account} does not trade at ${where}; VenueService.ListVenues lists the accounts`;
    return orderError("UNKNOWN_ACCOUNT", text, { field: "account", account, venue: where });
  }
  const isListed = inAccount.some(({ instruments }) => [...instruments.keys()].some((name) => name === instrument));
  if (instrument === "" || isListed) return undefined;
  const text = `no venue of the scope has an instrument ${instrument}; VenueService.ListInstruments lists those there are`;
  return orderError("INSTRUMENT_UNKNOWN", text, { field: "instrument", instrument });
}
