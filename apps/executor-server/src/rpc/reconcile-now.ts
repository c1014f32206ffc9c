import { create } from "@bufbuild/protobuf";
import {
  OrderDifferenceKind,
  type ReconcileNowRequest,
  type ReconcileNowResponse,
  ReconcileNowResponseSchema,
} from "@surefill/contracts/surefill/v1/control_service";
import {
  accountId,
  type DifferenceKind,
  orderError,
  type Reconciliation,
  reconcile,
  venueAccountKey,
  venueId,
} from "@surefill/core";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";

const foreignOrdersMax = 1_000;

const kinds: Readonly<Record<DifferenceKind, OrderDifferenceKind>> = {
  IN_DOUBT: OrderDifferenceKind.IN_DOUBT,
  UNKNOWN_AT_VENUE: OrderDifferenceKind.UNKNOWN_AT_VENUE,
  NOT_LOOKED_UP: OrderDifferenceKind.NOT_LOOKED_UP,
  FILLS_MISSING: OrderDifferenceKind.FILLS_MISSING,
  OPEN_AT_VENUE: OrderDifferenceKind.OPEN_AT_VENUE,
  EARLIER_ATTEMPT_OPEN: OrderDifferenceKind.EARLIER_ATTEMPT_OPEN,
};

/** Who asks while a pass over the venue account is under way gets its result: a second one would only ask twice. */
export async function reconcileNow(
  { desk, draining, reconciling }: Pick<Serving, "desk" | "draining" | "reconciling">,
  request: ReconcileNowRequest,
): Promise<ReconcileNowResponse> {
  const venueAccount = { venue: venueId(request.venue), account: accountId(request.account) };
  const { venue, account } = venueAccount;
  const entry = desk.venues.get(venue);
  if (entry === undefined) {
    const text = `no venue ${venue} is configured; ListVenues has those that are`;
    throw rpcError(orderError("UNKNOWN_VENUE", text, { field: "venue", venue }));
  }
  if (!entry.accounts.includes(account)) {
    const text = `account ${account} does not trade at ${venue}; ${entry.accounts.join(", ")} do`;
    throw rpcError(orderError("UNKNOWN_ACCOUNT", text, { field: "account", account, venue }));
  }
  const key = venueAccountKey(venueAccount);
  const pass = reconciling.get(key) ?? reconcile(desk, entry, venueAccount, draining);
  reconciling.set(key, pass);
  try {
    return encode(await pass);
  } finally {
    reconciling.delete(key);
  }
}

function encode({ foreignOrders, differences, ...counts }: Reconciliation): ReconcileNowResponse {
  return create(ReconcileNowResponseSchema, {
    ...counts,
    foreignOrderCount: foreignOrders.length,
    foreignOrders: foreignOrders
      .slice(0, foreignOrdersMax)
      .map(({ submitKey, venueOrderId = "" }) => ({ submitKey, venueOrderId })),
    differences: differences.map(({ orderId, kind }) => ({ orderId, kind: kinds[kind] })),
  });
}
