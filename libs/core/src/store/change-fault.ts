import { attemptOf, type Order } from "../order/order.ts";
import type { OrderEventRecord } from "../order/order-event-record.ts";
import type { OrderChange } from "./order-change.ts";

/**
 * What makes `change` one that no store may write, or undefined. Any of these is a bug of the caller that no constraint
 * of a database would notice; stores refuse it with STORE_REFUSED.
 */
export function changeFault(change: OrderChange): string | undefined {
  const transitions = change.records.filter(({ type }) => type === "order.transition");
  return versionFault(change, transitions) ?? attemptFault(change, transitions) ?? ownerFault(change);
}

function versionFault(
  { versionBefore, order, records }: OrderChange,
  transitions: readonly OrderEventRecord[],
): string | undefined {
  const [first] = transitions;
  if (versionBefore === undefined && first?.cause.type !== "PLACED") return "a new order without its first transition";
  const before = versionBefore ?? (first?.version ?? 1) - 1;
  for (const [index, { version, cause }] of transitions.entries()) {
    if (version !== before + index + 1) return `version ${version} where ${before + index + 1} follows`;
    if (cause.type === "PLACED" && (versionBefore !== undefined || index > 0)) return "placed again";
  }
  if (order.version !== before + transitions.length) return `order version ${order.version} after ${before}`;
  const stray = records.find(({ version }) => version <= before || version > order.version);
  return stray && `${stray.type} for version ${stray.version}`;
}

function attemptFault({ order, attempt }: OrderChange, transitions: readonly OrderEventRecord[]): string | undefined {
  const prepares = transitions.filter(({ cause }) => cause.type === "ATTEMPT_PREPARED").length;
  if (prepares !== (attempt?.kind === "PREPARED" ? 1 : 0)) return `${prepares} attempts prepared, not what is written`;
  if (attempt?.kind === "PREPARED") {
    const last = attemptOf(order)?.number;
    return last === attempt.number ? undefined : `attempt ${attempt.number} prepared, but the order has ${last}`;
  }
  if (attempt?.kind === "ANSWERED" && (attempt.number < 1 || attempt.number > order.attemptCount)) {
    return `an answer to attempt ${attempt.number} of ${order.attemptCount}`;
  }
  return undefined;
}

function ownerFault({ order, records, fills, postings, fence }: OrderChange): string | undefined {
  if (records.length === 0 && fills.length > 0) return "fills without a transition";
  if (fills.length === 0 && postings.length > 0) return "postings without a fill";
  if (records.some(({ orderId }) => orderId !== order.orderId)) return "a record of another order";
  if (fills.some((fill) => fill.orderId !== order.orderId || !isAt(order, fill))) return "a fill of another order";
  if (postings.some((posting) => !isAt(order, posting))) return "a posting to another account";
  if (fence !== undefined && !isAt(order, fence.venueAccount)) return "a fence of another venue account";
  return undefined;
}

function isAt({ instruction }: Order, at: { readonly venue: string; readonly account: string }): boolean {
  return instruction.venue === at.venue && instruction.account === at.account;
}
