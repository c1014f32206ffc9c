import { accountId, type BalanceKey, instrumentId, positionId, venueId } from "@surefill/core";

/** A key as its columns; a holding has no position. */
export interface BalanceKeyRow {
  readonly position_id?: string;
  readonly instrument: string;
  readonly account: string;
  readonly venue: string;
}

export function balanceKeyOf({ position_id, instrument, account, venue }: BalanceKeyRow): BalanceKey {
  return {
    ...(position_id === undefined ? {} : { positionId: positionId(position_id) }),
    instrument: instrumentId(instrument),
    account: accountId(account),
    venue: venueId(venue),
  };
}
