import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type CancelAllRequest,
  type CancelAllResponse,
  CancelAllResponseSchema,
  CancelScope,
} from "@surefill/contracts/surefill/v1/execution_service";
import {
  beginCancelAll,
  type CancelAllFollowed,
  type CancelAllProgress,
  type CancelAllTerms,
  type Desk,
  followCancelAll,
  uuidV7,
} from "@surefill/core";
import { encodeCancelAll } from "./encode-cancel-all.ts";
import { encodeOrder } from "./encode-order.ts";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";
import { decodeScope } from "./trading-scope.ts";

/** Durable before the first message; a caller who goes away stops only the messages. */
export async function* cancelAll(
  { desk, executor, draining }: Serving,
  request: CancelAllRequest,
  context: HandlerContext,
): AsyncGenerator<CancelAllResponse> {
  const begun = await beginCancelAll(desk, termsOf(desk, request));
  if (begun.kind === "REUSED") throw rpcError(begun.error);
  await executor.takeUpCancelAlls();
  const signal = AbortSignal.any([context.signal, draining]);
  for await (const followed of followCancelAll(desk, begun.campaign, signal)) yield encode(followed);
}

function termsOf(desk: Desk, request: CancelAllRequest): Omit<CancelAllTerms, "requestedAt"> {
  const { requestId, scope, halt, keepProtection, operator, reason } = request;
  return {
    campaignId: requestId === "" ? uuidV7(desk.clock.wall(), desk.random) : requestId,
    scope: decodeScope(desk, request),
    covers: scope === CancelScope.OWN_ONLY ? "OWN_ONLY" : "ALL_AT_VENUE",
    halts: halt ?? true,
    keepsProtection: keepProtection,
    operator: operator === "" ? "CancelAll" : operator,
    reason,
  };
}

function encode({ campaign, isLast, remaining }: CancelAllFollowed): CancelAllResponse {
  const sum = (count: (progress: CancelAllProgress) => number) =>
    campaign.parts.reduce((total, { progress }) => total + count(progress), 0);
  return create(CancelAllResponseSchema, {
    targets: sum(({ targets }) => targets),
    requested: sum(({ requested }) => requested),
    closed: sum(({ closed }) => closed),
    done: isLast,
    remaining: remaining.map(encodeOrder),
    campaign: encodeCancelAll(campaign),
  });
}
