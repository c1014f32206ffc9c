import {
  accountId,
  type CancelAllCampaign,
  type CancelAllFailure,
  type CancelAllPart,
  type CancelAllPartKey,
  type CancelAllProgress,
  type CancelAllTarget,
  type CancelAllTerms,
  instrumentId,
  orderId,
  positionId,
  signedQuantity,
  submitKey,
  targetKey,
  type UnprotectedPosition,
  venueId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import { type Columns, type Flag, isTrue, nullable, required } from "./column.ts";
import { errorDecoder } from "./field-json.ts";
import { fromJson, type JsonDecoder, number, object, optional, text, unreadable } from "./json-decoder.ts";
import { type ScopeRow, scopeColumns, scopeOf, scopeRow } from "./trading-state-row.ts";

export interface CancelAllRow extends ScopeRow {
  readonly campaign_id: string;
  readonly covers: CancelAllTerms["covers"];
  readonly halts: Flag;
  readonly keeps_protection: Flag;
  readonly operator: string;
  readonly reason: string;
  readonly requested_at: number;
}

export interface CancelAllPartRow {
  readonly campaign_id: string;
  readonly venue: string;
  readonly account: string;
  readonly state: CancelAllPart["state"];
  readonly progress: string;
  readonly ended_at: number | null;
}

export interface CancelAllTargetRow {
  readonly campaign_id: string;
  readonly venue: string;
  readonly account: string;
  readonly kind: CancelAllTarget["kind"];
  readonly target: string;
}

export const cancelAllColumns: Columns<CancelAllRow> = {
  campaign_id: required("text"),
  ...scopeColumns,
  covers: required("text"),
  halts: required("flag"),
  keeps_protection: required("flag"),
  operator: required("text"),
  reason: required("text"),
  requested_at: required("time"),
};

export const cancelAllPartColumns: Columns<CancelAllPartRow> = {
  campaign_id: required("text"),
  venue: required("text"),
  account: required("text"),
  state: required("text"),
  progress: required("json"),
  ended_at: nullable("time"),
};

export const cancelAllTargetColumns: Columns<CancelAllTargetRow> = {
  campaign_id: required("text"),
  venue: required("text"),
  account: required("text"),
  kind: required("text"),
  target: required("text"),
};

function listOf<T>(item: JsonDecoder<T>): JsonDecoder<readonly T[]> {
  return (json, path) => {
    if (!Array.isArray(json)) throw unreadable(path, "a list");
    return json.map((member, place) => item(member, `${path}.${place}`));
  };
}

const count = number((value) => value);

const progress = object<CancelAllProgress>({
  targets: count,
  requested: count,
  closed: count,
  foreignTargets: count,
  foreignClosed: count,
  cleanReads: count,
  failures: listOf(
    object<CancelAllFailure>({
      orderId: optional(text(orderId)),
      submitKey: optional(text(submitKey)),
      venueOrderId: optional(text(venueOrderId)),
      error: errorDecoder,
    }),
  ),
  unprotected: listOf(
    object<UnprotectedPosition>({
      instrument: text(instrumentId),
      positionId: text(positionId),
      quantity: text(signedQuantity),
    }),
  ),
});

export function cancelAllRow(terms: CancelAllTerms): CancelAllRow {
  return {
    campaign_id: terms.campaignId,
    ...scopeRow(terms.scope),
    covers: terms.covers,
    halts: terms.halts,
    keeps_protection: terms.keepsProtection,
    operator: terms.operator,
    reason: terms.reason,
    requested_at: terms.requestedAt,
  };
}

export function cancelAllPartRow(campaignId: string, part: CancelAllPart): CancelAllPartRow {
  return {
    campaign_id: campaignId,
    venue: part.venueAccount.venue,
    account: part.venueAccount.account,
    state: part.state,
    progress: JSON.stringify(part.progress),
    ended_at: part.endedAt ?? null,
  };
}

export function cancelAllTargetRow({ campaignId, venueAccount }: CancelAllPartKey, target: CancelAllTarget) {
  const { venue, account } = venueAccount;
  return { campaign_id: campaignId, venue, account, kind: target.kind, target: targetKey(target) };
}

/** @throws SurefillError INTERNAL or RangeError for rows that were not written by this code. */
export function cancelAllOf(row: CancelAllRow, parts: readonly CancelAllPartRow[]): CancelAllCampaign {
  return {
    campaignId: row.campaign_id,
    scope: scopeOf(row),
    covers: row.covers,
    halts: isTrue(row.halts),
    keepsProtection: isTrue(row.keeps_protection),
    operator: row.operator,
    reason: row.reason,
    requestedAt: wallTime(row.requested_at),
    parts: parts.map(partOf),
  };
}

function partOf(row: CancelAllPartRow): CancelAllPart {
  return {
    venueAccount: { venue: venueId(row.venue), account: accountId(row.account) },
    state: row.state,
    progress: fromJson(row.progress, progress, "progress"),
    ...(row.ended_at === null ? {} : { endedAt: wallTime(row.ended_at) }),
  };
}

/** @throws RangeError for a text that is no key of that kind. */
export function targetOf<K extends CancelAllTarget["kind"]>(
  kind: K,
  target: string,
): Extract<CancelAllTarget, { kind: K }> {
  const decoded = kind === "OWN" ? { kind, orderId: orderId(target) } : { kind, submitKey: submitKey(target) };
  return decoded as unknown as Extract<CancelAllTarget, { kind: K }>;
}
