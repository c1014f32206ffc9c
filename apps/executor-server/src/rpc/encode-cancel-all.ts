import { create } from "@bufbuild/protobuf";
import * as wire from "@surefill/contracts/surefill/v1/execution_service";
import type { CancelAllCampaign, CancelAllFailure, CancelAllPart, CancelAllTerms } from "@surefill/core";
import { encodeError } from "./encode-order.ts";
import { encodeTime } from "./encode-time.ts";

const states = {
  RUNNING: wire.CancelAllState.RUNNING,
  DONE: wire.CancelAllState.DONE,
  INCOMPLETE: wire.CancelAllState.INCOMPLETE,
} as const satisfies Record<CancelAllPart["state"], wire.CancelAllState>;

const scopes = {
  OWN_ONLY: wire.CancelScope.OWN_ONLY,
  ALL_AT_VENUE: wire.CancelScope.ALL_AT_VENUE,
} as const satisfies Record<CancelAllTerms["covers"], wire.CancelScope>;

export function encodeCancelAll(campaign: CancelAllCampaign): wire.CancelAllCampaign {
  const { campaignId, scope, parts, operator, reason, requestedAt } = campaign;
  return create(wire.CancelAllCampaignSchema, {
    requestId: campaignId,
    scope: scopes[campaign.covers],
    account: scope.account ?? "",
    venue: scope.venue ?? "",
    instrument: scope.instrument ?? "",
    halt: campaign.halts,
    keepProtection: campaign.keepsProtection,
    operator,
    reason,
    requestTime: encodeTime(requestedAt),
    state: states[stateOf(parts)],
    parts: parts.map(encodePart),
  });
}

function stateOf(parts: readonly CancelAllPart[]): CancelAllPart["state"] {
  if (parts.some(({ state }) => state === "RUNNING")) return "RUNNING";
  return parts.some(({ state }) => state === "INCOMPLETE") ? "INCOMPLETE" : "DONE";
}

function encodePart({ venueAccount, state, progress, endedAt }: CancelAllPart): wire.CancelAllPart {
  const { failures, unprotected, ...counts } = progress;
  return create(wire.CancelAllPartSchema, {
    ...venueAccount,
    ...counts,
    state: states[state],
    failures: failures.map(encodeFailure),
    unprotectedPositions: unprotected.map((position) => ({ ...position })),
    ...(endedAt === undefined ? {} : { endTime: encodeTime(endedAt) }),
  });
}

function encodeFailure({ orderId, submitKey, venueOrderId, error }: CancelAllFailure): wire.CancelAllFailure {
  return create(wire.CancelAllFailureSchema, {
    orderId: orderId ?? "",
    submitKey: submitKey ?? "",
    venueOrderId: venueOrderId ?? "",
    error: encodeError(error),
  });
}
