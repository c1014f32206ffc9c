import type {
  GetOrderEvidenceRequest,
  ResolveInDoubtOrderRequest,
} from "@surefill/contracts/surefill/v1/control_service";
import type { CancelOrderRequest, GetOrderRequest } from "@surefill/contracts/surefill/v1/execution_service";
import { accountId, clientOrderId, type Desk, type Order, orderError, orderId } from "@surefill/core";
import { rpcError } from "./rpc-error.ts";

type Key =
  | GetOrderRequest["key"]
  | CancelOrderRequest["key"]
  | ResolveInDoubtOrderRequest["key"]
  | GetOrderEvidenceRequest["key"];

/** The order that a request names by either id. @throws ConnectError NOT_FOUND. */
export async function findOrder(desk: Desk, key: Key): Promise<Order> {
  const order = await find(desk, key);
  if (order !== undefined) return order;
  const context: Record<string, string> =
    key.case === "clientOrder"
      ? { account: key.value.account, client_order_id: key.value.clientOrderId }
      : { order_id: key.value ?? "" };
  const words = Object.entries(context).map(([name, value]) => `${name} ${value}`);
  throw rpcError(orderError("ORDER_NOT_FOUND", `no order with ${words.join(", ")}`, context));
}

async function find(desk: Desk, key: Key): Promise<Order | undefined> {
  if (key.case === "orderId") return desk.store.orders.find(orderId(key.value.toLowerCase()));
  if (key.case !== "clientOrder") return undefined;
  return desk.store.orders.findByClientOrderId(accountId(key.value.account), clientOrderId(key.value.clientOrderId));
}
