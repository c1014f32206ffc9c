import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import {
  type InDoubtOrder,
  InDoubtOrderSchema,
  type ListInDoubtOrdersRequest,
  type ListInDoubtOrdersResponse,
  ListInDoubtOrdersResponseSchema,
} from "@surefill/contracts/surefill/v1/control_service";
import {
  attemptOf,
  doubtSince,
  type KeptEvidence,
  nextLookUp,
  type Order,
  openExposure,
  type WallTime,
  worstCaseQuantity,
} from "@surefill/core";
import { encodeQuestion } from "./encode-evidence.ts";
import { encodeOrder } from "./encode-order.ts";
import { encodeTime } from "./encode-time.ts";
import { pageRequest } from "./page-request.ts";
import type { Serving } from "./serving.ts";

/** Each comes with its evidence. */
const sizeMax = 200;

export async function listInDoubtOrders(
  { desk }: Serving,
  request: ListInDoubtOrdersRequest,
): Promise<ListInDoubtOrdersResponse> {
  const { account, venue } = request;
  const { size, ...rest } = pageRequest(request);
  const filter = { ...(account === "" ? {} : { account }), ...(venue === "" ? {} : { venue }) };
  const { items, nextPageToken } = await desk.store.lists.inDoubt(filter, { ...rest, size: Math.min(size, sizeMax) });
  const evidence = await desk.store.evidence.ofOrders(items.map(({ orderId }) => orderId));
  const byOrder = Map.groupBy(evidence, ({ orderId }) => orderId);
  const now = desk.clock.wall();
  return create(ListInDoubtOrdersResponseSchema, {
    orders: items.map((order) => encodeInDoubt(order, byOrder.get(order.orderId) ?? [], now)),
    nextPageToken: nextPageToken ?? "",
  });
}

function encodeInDoubt(order: Order, evidence: readonly KeptEvidence[], now: WallTime): InDoubtOrder {
  const since = doubtSince(order) ?? order.updatedAt;
  const validUntil = attemptOf(order)?.validUntil;
  const { count, lastAt, nextAt } = nextLookUp(order, evidence);
  return create(InDoubtOrderSchema, {
    order: encodeOrder(order),
    doubtTime: encodeTime(since),
    age: encodeMicroseconds(Math.max(now - since, 0)),
    validityPassed: validUntil !== undefined && now > validUntil,
    lookupCount: count,
    ...(lastAt === undefined ? {} : { lastLookupTime: encodeTime(lastAt) }),
    nextLookupTime: encodeTime(nextAt),
    evidence: evidence.map(encodeQuestion),
    ...encodeWorstCase(order),
    ...(validUntil === undefined ? {} : { validUntil: encodeTime(validUntil) }),
  });
}

function encodeWorstCase(
  order: Order,
): Pick<MessageInitShape<typeof InDoubtOrderSchema>, "worstCaseQuantity" | "worstCaseQuoteQuantity"> {
  const { side, size } = order.instruction;
  if (size.in === "BASE") return { worstCaseQuantity: worstCaseQuantity(order) };
  const { spends, receives } = openExposure(order);
  return { worstCaseQuoteQuantity: side === "BUY" ? spends : receives };
}

function encodeMicroseconds(microseconds: number): Duration {
  const seconds = Math.floor(microseconds / 1e6);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos: (microseconds - seconds * 1e6) * 1000 });
}
