import { create } from "@bufbuild/protobuf";
import {
  type ResolveInDoubtOrderRequest,
  type ResolveInDoubtOrderResponse,
  ResolveInDoubtOrderResponseSchema,
} from "@surefill/contracts/surefill/v1/control_service";
import { type Resolution, resolveInDoubt, venueOrderId } from "@surefill/core";
import { encodeOrder } from "./encode-order.ts";
import { findOrder } from "./find-order.ts";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";

export async function resolveInDoubtOrder(
  { desk, executor }: Serving,
  request: ResolveInDoubtOrderRequest,
): Promise<ResolveInDoubtOrderResponse> {
  const { key, operator, reason, expectedVersion: version } = request;
  const known = await findOrder(desk, key);
  const resolved = await resolveInDoubt(desk, known, {
    operator,
    reason,
    verdict: verdictOf(request),
    ...(version === undefined ? {} : { version }),
  });
  const { order } = resolved;
  // A cancel that waited for the order to be found.
  if (order.state === "CANCELLING") executor.act(order);
  if (resolved.kind === "REFUSED") throw rpcError(resolved.error);
  return create(ResolveInDoubtOrderResponseSchema, {
    order: encodeOrder(order),
    replayed: resolved.kind === "REPLAYED",
  });
}

/** The contract lets nothing through without one of the two. */
function verdictOf({ resolution }: ResolveInDoubtOrderRequest): Resolution["verdict"] {
  return resolution.case === "adopt"
    ? { kind: "ADOPT", venueOrderId: venueOrderId(resolution.value.venueOrderId) }
    : { kind: "DECLARE_DEAD" };
}
