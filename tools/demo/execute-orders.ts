import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import {
  type ExecuteOrderRequest,
  ExecuteOrderRequestSchema,
  type ExecutionService,
  WaitFor,
} from "@surefill/contracts/surefill/v1/execution_service";
import type { Order } from "@surefill/contracts/surefill/v1/order";
import type { OrderMix } from "./order-mix.ts";

/** An order as the demo handed it in, and how it came back. */
export interface HandedIn {
  readonly clientOrderId: string;
  /** The last answer; absent where every try failed. */
  readonly answer?: Order;
}

/** Calls under way at the same time. */
const callsMax = 32;
/** Repeating a call is always safe, so a client repeats it; not for ever. */
const triesMax = 5;

/** Executes `count` orders as a client would, and cancels those that are meant to be. */
export async function executeOrders(
  client: Client<typeof ExecutionService>,
  mix: OrderMix,
  count: number,
  onAnswer: (order: Order | undefined) => void,
): Promise<readonly HandedIn[]> {
  const handedIn: HandedIn[] = [];
  let next = 0;
  let lastPrice: string | undefined;
  const worker = async () => {
    while (next < count) {
      const { request, cancel } = mix.next(next++, lastPrice);
      const message = create(ExecuteOrderRequestSchema, request);
      const order = await execute(client, message);
      handedIn.push({ clientOrderId: message.clientOrderId, ...(order === undefined ? {} : { answer: order }) });
      if (order?.avgPrice) lastPrice = order.avgPrice;
      if (order !== undefined && cancel) await client.cancelOrder({ key: { case: "orderId", value: order.orderId } });
      onAnswer(order);
    }
  };
  await Promise.all(Array.from({ length: Math.min(callsMax, count) }, worker));
  return handedIn;
}

async function execute(
  client: Client<typeof ExecutionService>,
  request: ExecuteOrderRequest,
): Promise<Order | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return (await client.executeOrder({ ...request, waitFor: WaitFor.UNSPECIFIED })).order;
    } catch (error) {
      if (tries === triesMax) {
        process.stderr.write(`${request.clientOrderId}: ${error instanceof Error ? error.message : String(error)}\n`);
        return undefined;
      }
    }
  }
}
