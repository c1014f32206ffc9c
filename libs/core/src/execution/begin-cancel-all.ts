import { covers } from "../account/trading-state.ts";
import type { Desk } from "../desk/desk.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import type { CancelAllCampaign, CancelAllTerms } from "../store/cancel-all-store.ts";
import { venueAccounts } from "../venue/venue-directory.ts";

/** A campaign, begun now or by an earlier call; or the terms in which another one of that id differs. */
export type CancelAllBegun =
  | { readonly kind: "BEGUN" | "FOUND"; readonly campaign: CancelAllCampaign }
  | { readonly kind: "REUSED"; readonly error: OrderError };

/**
 * Begins a CancelAll: its terms are durable, and its scope is HALTED if it halts, when this resolves. It is worked off
 * by whoever holds the leases of its venue accounts, however often processes die meanwhile.
 */
export async function beginCancelAll(desk: Desk, asked: Omit<CancelAllTerms, "requestedAt">): Promise<CancelAllBegun> {
  const { account, venue } = asked.scope;
  const scope = { ...(account === undefined ? {} : { account }), ...(venue === undefined ? {} : { venue }) };
  const concerned = venueAccounts(desk.venues).filter((venueAccount) => covers(scope, venueAccount));
  const terms = { ...asked, requestedAt: desk.clock.wall() };
  const begun = await desk.store.cancelAlls.begin(terms, concerned);
  if (begun.kind === "BEGUN") {
    const { campaignId, operator } = asked;
    const fields = { event: "emergency.cancel_all", campaign_id: campaignId, operator, ...asked.scope };
    desk.log.warn(fields, asked.reason);
    return begun;
  }
  const field = differingTerm(begun.campaign, terms);
  if (field === undefined) return begun;
  const text = `request_id ${asked.campaignId} names a CancelAll with another ${field}; use a new request_id`;
  return { kind: "REUSED", error: orderError("REQUEST_ID_REUSED", text, { request_id: asked.campaignId, field }) };
}

/** The first field, as callers know it, in which two campaigns differ. */
function differingTerm(one: CancelAllTerms, other: CancelAllTerms): string | undefined {
  const fields: readonly (readonly [string, (terms: CancelAllTerms) => unknown])[] = [
    ["scope", (terms) => terms.covers],
    ["account", ({ scope }) => scope.account],
    ["venue", ({ scope }) => scope.venue],
    ["instrument", ({ scope }) => scope.instrument],
    ["halt", (terms) => terms.halts],
    ["keep_protection", (terms) => terms.keepsProtection],
    ["operator", (terms) => terms.operator],
    ["reason", (terms) => terms.reason],
  ];
  return fields.find(([, termOf]) => termOf(one) !== termOf(other))?.[0];
}
