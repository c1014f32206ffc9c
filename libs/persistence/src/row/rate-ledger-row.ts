import { type CountedTokens, emptyRateLedger, type RateLedger, type StoredRateLedger, wallTime } from "@surefill/core";
import { type Columns, required } from "./column.ts";
import { fromJson, listOf, number, object, optional, recordOf } from "./json-decoder.ts";

/** In the place of an account, for the ledger of a venue: no account is called so. */
export const noAccount = "";

/** A ledger of requests, of a venue account or of a venue. */
export interface RateLedgerRow {
  readonly venue: string;
  readonly account: string;
  readonly version: number;
  readonly ledger: string;
}

export const rateLedgerColumns: Columns<RateLedgerRow> = {
  venue: required("text"),
  account: required("text"),
  version: required("bigint"),
  ledger: required("json"),
};

const time = number(wallTime);

const ledgerDecoder = object<RateLedger>({
  counted: recordOf(listOf(object<CountedTokens>({ until: time, tokens: number((tokens) => tokens) }))),
  pausedUntil: optional(time),
});

export function ledgerJson(ledger: RateLedger): string {
  return JSON.stringify(ledger);
}

/** `row` is absent for an account that no request was counted for yet; `now` in microseconds. */
export function storedLedger(
  row: Pick<RateLedgerRow, "version" | "ledger"> | undefined,
  now: number,
): StoredRateLedger {
  if (row === undefined) return { version: 0, ledger: emptyRateLedger, now: wallTime(now) };
  const ledger = fromJson(row.ledger, ledgerDecoder, "rate_ledgers.ledger");
  return { version: row.version, ledger, now: wallTime(now) };
}
