import type { StandOperation } from "@surefill/venue-testkit";

/** None of any yet. */
export function operationCounts(): Record<StandOperation, number> {
  return {
    SUBMIT: 0,
    CANCEL: 0,
    CANCEL_ALL: 0,
    LOOKUP: 0,
    OPEN_ORDERS: 0,
    FILLS: 0,
    BALANCES: 0,
    PRICES: 0,
    INSTRUMENTS: 0,
    STREAM: 0,
    OTHER: 0,
  };
}
