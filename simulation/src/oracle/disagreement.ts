import { compare, type Order } from "@surefill/core";
import { isTaken, type KnownAttempt } from "./venue-book.ts";

/** What is wrong with the state that an order ended in, by what became of its attempts at the venue. */
export function disagreement(
  order: Order,
  attempts: readonly KnownAttempt[],
  isLiedAbout: boolean,
): string | undefined {
  // Of an order that its venue lied about, the fills are ours to know and the state is not.
  if (isLiedAbout) return undefined;
  const taken = attempts.find(isTaken);
  // An operator's word ends what the venue has forgotten, whatever was asked for before.
  const byWord = order.lastError?.code === "OPERATOR_DECLARED_DEAD" && taken?.status === "CANCELLED";
  if (byWord && order.state === "CANCELLED") return undefined;
  const allowed = taken === undefined ? endsWithoutVenue(order) : endsWith(order, taken);
  if (allowed.includes(order.state)) return undefined;
  return `${order.state}, and the venue has ${taken === undefined ? "nothing" : `${taken.status} ${taken.cumQuantity}`}`;
}

function endsWithoutVenue(order: Order): readonly Order["state"][] {
  if (order.cumQuantity !== "0") return [];
  const refused = ["REJECTED", "FAILED", "DENIED", "EXPIRED", "IN_DOUBT"] as const;
  const isWished = order.cancelRequest !== undefined || order.lastError?.code === "OPERATOR_DECLARED_DEAD";
  // Nobody confirmed it, or somebody refused to.
  const isUnconfirmed = order.stateTimes.AWAITING_CONFIRMATION !== undefined && order.attemptCount === 0;
  return isWished || isUnconfirmed ? [...refused, "CANCELLED"] : refused;
}

function endsWith(order: Order, { status }: KnownAttempt): readonly Order["state"][] {
  const { size } = order.instruction;
  // A fill that nobody asked for can come before the end is told, and complete the order.
  const isFull = size.in === "BASE" && compare(order.cumQuantity, size.quantity) >= 0;
  // What we cancelled there because its expire_time had passed has expired here.
  const isExpiring = order.cancelRequest?.error?.code === "EXPIRE_TIME_PASSED";
  switch (status) {
    case "FILLED":
      return ["FILLED"];
    case "CANCELLED":
      if (isExpiring) return isFull ? ["EXPIRED", "FILLED"] : ["EXPIRED"];
      return isFull ? ["CANCELLED", "FILLED"] : ["CANCELLED"];
    case "EXPIRED":
      return isFull ? ["EXPIRED", "FILLED"] : ["EXPIRED"];
    default:
      return [];
  }
}
