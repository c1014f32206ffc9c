import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type ExecuteOrderRequest,
  type ExecuteOrderResponse,
  ExecuteOrderResponseSchema,
  WaitFor,
} from "@surefill/contracts/surefill/v1/execution_service";
import { isTerminal, type Order, type OrderError, place, rests, type WallTime } from "@surefill/core";
import { beginTrace } from "../telemetry/call-trace.ts";
import { decodeInstruction } from "./decode-instruction.ts";
import { encodeOrder, isAnswered } from "./encode-order.ts";
import { rpcError } from "./rpc-error.ts";
import type { Serving } from "./serving.ts";

/** Longest wait for a final state; the order is answered as it is then. */
const waitMsMax = 60_000;

/** Either the answer or why there is none. */
export type Execution =
  | { readonly ok: true; readonly response: ExecuteOrderResponse }
  | { readonly ok: false; readonly error: OrderError };

export async function executeOrder(
  serving: Serving,
  request: ExecuteOrderRequest,
  context: HandlerContext,
): Promise<ExecuteOrderResponse> {
  const execution = await execute(serving, request, context, serving.desk.clock.wall());
  if (!execution.ok) throw rpcError(execution.error);
  return execution.response;
}

/** Decodes, places, hands over to the executor, and waits as far as the caller asked for. */
export async function execute(
  { desk, executor, waiter }: Serving,
  request: ExecuteOrderRequest,
  context: HandlerContext,
  requestedAt: WallTime,
): Promise<Execution> {
  const instruction = decodeInstruction(request);
  if (!instruction.ok) return instruction;
  const trace = beginTrace(desk.telemetry, context.values);
  const received = trace === undefined ? { requestedAt } : { requestedAt, trace };
  const placement = await place(desk, instruction.value, received);
  if (placement.kind === "REUSED" || placement.kind === "REFUSED") return { ok: false, error: placement.error };
  if (placement.kind === "PLACED" && placement.order.state === "PENDING") executor.act(placement.order);
  const reached = reachedBy(request.waitFor, placement.order);
  const order = await waiter.until(placement.order, reached, waitMsMax, context.signal);
  const replayed = placement.kind === "REPLAYED";
  return { ok: true, response: create(ExecuteOrderResponseSchema, { order: encodeOrder(order), replayed }) };
}

function reachedBy(waitFor: WaitFor, { instruction }: Order): (order: Order) => boolean {
  switch (waitFor) {
    case WaitFor.ACCEPTED:
      return () => true;
    case WaitFor.VENUE_ACK:
      return isAnswered;
    case WaitFor.TERMINAL:
      return isTerminal;
    default:
      return rests(instruction.pricing) ? isAnswered : isTerminal;
  }
}
