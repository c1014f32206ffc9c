import type { Order } from "../order/order.ts";
import type { RetryPolicy } from "../retry/retry-policy.ts";
import type { Desk } from "./desk.ts";

/** How an order is tried again: as its venue account says, else as the desk does. */
export function retryPolicyOf({ venues, retryPolicy }: Desk, { instruction }: Order): RetryPolicy {
  return venues.get(instruction.venue)?.retryPolicies?.get(instruction.account) ?? retryPolicy;
}
