import type { AuditedBalance, BalanceKey } from "../store/audit-reader.ts";
import type { AuditViolation } from "./invariant.ts";

/** A position or holding compared with the sum of its fills, where that was read; without a row it is told as none. */
export function balancesSumUp({ key, stored, summed }: AuditedBalance): readonly AuditViolation[] {
  if (stored !== undefined && (summed === undefined || summed === stored)) return [];
  return [
    {
      invariant: "BALANCES_SUM_UP",
      subject: balanceName(key),
      expected: summed ?? "a row",
      stored: stored ?? "none",
    },
  ];
}

/** For people, and for telling keys apart: no part of it can hold a space. */
export function balanceName({ positionId, instrument, venue, account }: BalanceKey): string {
  const what = positionId === undefined ? "holding" : `position ${positionId}`;
  return `${what} ${instrument} of ${account} at ${venue}`;
}
