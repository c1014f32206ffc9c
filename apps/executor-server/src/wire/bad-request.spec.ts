import { BadRequestSchema } from "@surefill/contracts/google/rpc/error_details";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { expect, test } from "vitest";
import { badRequest, type FieldViolation } from "./bad-request.ts";
import { callUnary, grpcClient, grpcDetails } from "./testing/grpc-js.ts";
import { serveForTest } from "./testing/trivial-server.ts";

const violation = (field: string): FieldViolation => ({ field, fault: "FIELD_MALFORMED", description: "no" });

test("given more than ten violations, so ten are listed and the message counts the others", () => {
  const error = badRequest(violation("a"), ...Array.from({ length: 14 }, (_, i) => violation(`b${i}`)));
  expect(error.rawMessage).toBe("a: no (and 14 more)");
  expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations).toHaveLength(10);
});

test("given the worst batch there can be, so what is said of it fits a gRPC client's 8 KiB of trailers", async () => {
  const client = grpcClient((await serveForTest()).url);
  const tags = { [`${"ключ ".repeat(100)}`]: "x".repeat(300) };
  const orders = Array.from({ length: 200 }, () => ({ clientOrderId: "x".repeat(1000), account: "é", tags }));
  const error = await callUnary(client, ExecutionService.method.batchExecuteOrders, { orders }).catch((e) => e);
  const { bytes, badRequest: listed } = grpcDetails(error);
  expect(listed?.fieldViolations).toHaveLength(10);
  // The details travel in base64, the message percent-encoded: up to three characters a byte.
  expect((bytes * 4) / 3 + 3 * Buffer.byteLength(error.details)).toBeLessThan(8_000);
});
