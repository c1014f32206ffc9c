import { create } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  type BatchExecuteOrdersRequest,
  type BatchExecuteOrdersResponse,
  BatchExecuteOrdersResponseSchema,
  BatchExecuteOrdersResultSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { type OrderError, orderError, SurefillError } from "@surefill/core";
import { encodeError } from "./encode-order.ts";
import { type Execution, execute } from "./execute-order.ts";
import type { Serving } from "./serving.ts";

/** Each order on its own: what one is refused for is its result, and the others go on. */
export async function batchExecuteOrders(
  serving: Serving,
  { orders }: BatchExecuteOrdersRequest,
  context: HandlerContext,
): Promise<BatchExecuteOrdersResponse> {
  const requestedAt = serving.desk.clock.wall();
  const seen = new Set<string>();
  const results = await Promise.all(
    orders.map(async (request): Promise<Execution> => {
      const key = `${request.account}/${request.clientOrderId}`;
      if (seen.has(key)) return { ok: false, error: repeated(request.clientOrderId) };
      seen.add(key);
      try {
        return await execute(serving, request, context, requestedAt);
      } catch (thrown) {
        const error = SurefillError.from(thrown);
        if (error.code === "INTERNAL") serving.desk.log.error({ error: thrown }, "an order of a batch failed");
        return { ok: false, error: error.toOrderError() };
      }
    }),
  );
  return create(BatchExecuteOrdersResponseSchema, {
    results: results.map((execution, index) =>
      create(BatchExecuteOrdersResultSchema, {
        clientOrderId: orders[index]?.clientOrderId ?? "",
        result: execution.ok
          ? { case: "executed", value: execution.response }
          : { case: "error", value: encodeError(execution.error) },
      }),
    ),
  });
}

function repeated(id: string): OrderError {
  const text = `client_order_id ${id} stands twice in the batch`;
  return orderError("FIELD_CONFLICT", text, { field: "client_order_id", client_order_id: id });
}
