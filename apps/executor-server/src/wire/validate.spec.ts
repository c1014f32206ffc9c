import { create, type DescMessage, fromJson, type MessageInitShape } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { status } from "@grpc/grpc-js";
import { BadRequestSchema, ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import {
  BatchExecuteOrdersRequestSchema,
  CancelAllRequestSchema,
  CancelOrderRequestSchema,
  ExecuteOrderRequestSchema,
  ExecutionService,
  GetOrderRequestSchema,
  ListFillsRequestSchema,
  ListOrdersRequestSchema,
  WatchOrdersRequestSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { VenueService } from "@surefill/contracts/surefill/v1/venue_service";
import { describe, expect, test } from "vitest";
import { callStream, callUnary, grpcClient, grpcDetails } from "./testing/grpc-js.ts";
import { serveForTest } from "./testing/trivial-server.ts";

const order = {
  clientOrderId: "first",
  account: "main",
  venue: "sim",
  instrument: "BTCUSDT",
  side: Side.BUY,
  type: OrderType.MARKET,
  size: { case: "baseQuantity" as const, value: "0.01" },
};
const { side: unknownSide } = fromJson(ExecuteOrderRequestSchema, { side: 99 });
const sized = (value: string) => ({ ...order, size: { case: "baseQuantity" as const, value } });

describe("an order", () => {
  test.each([
    ...["0", "0.01", "123456789012345678901.123456789012345678"].map((value) => ({ value, ok: true })),
    ...["-1", "+1", "NaN", "Infinity", "1e5", "1,000", " 1", "1 ", "1\n", "01", "1.", ".5", "", "0x1", "١"].map(
      (value) => ({
        value,
        ok: false,
      }),
    ),
    { value: "1".repeat(22), ok: false },
    { value: `0.${"1".repeat(19)}`, ok: false },
  ])("given the quantity $value, so it keeps the contract: $ok", async ({ value, ok }) => {
    const client = grpcClient((await serveForTest()).url);
    const call = callUnary(client, ExecutionService.method.executeOrder, sized(value)).then(
      () => undefined,
      (error) => grpcDetails(error).errorInfo,
    );
    expect(await call).toEqual(
      ok ? undefined : expect.objectContaining({ reason: "FIELD_MALFORMED", metadata: { field: "base_quantity" } }),
    );
  });

  test.each<{
    readonly given: string;
    readonly change: MessageInitShape<typeof ExecuteOrderRequestSchema>;
    readonly field: string;
    readonly reason: string;
  }>([
    { given: "no side", change: { side: Side.UNSPECIFIED }, field: "side", reason: "FIELD_REQUIRED" },
    { given: "a side from the future", change: { side: unknownSide }, field: "side", reason: "FIELD_OUT_OF_RANGE" },
    { given: "no size", change: { size: { case: undefined } }, field: "size", reason: "FIELD_REQUIRED" },
    { given: "no id", change: { clientOrderId: "" }, field: "client_order_id", reason: "FIELD_MALFORMED" },
    {
      given: "37 characters of id",
      change: { clientOrderId: "x".repeat(37) },
      field: "client_order_id",
      reason: "FIELD_MALFORMED",
    },
    {
      given: "an emoji in the id",
      change: { clientOrderId: "a🚀" },
      field: "client_order_id",
      reason: "FIELD_MALFORMED",
    },
    { given: "a NUL in the id", change: { clientOrderId: "a\0" }, field: "client_order_id", reason: "FIELD_MALFORMED" },
    {
      given: "a line break in the id",
      change: { clientOrderId: "a\r\n" },
      field: "client_order_id",
      reason: "FIELD_MALFORMED",
    },
    {
      given: "a path as the id",
      change: { clientOrderId: "../a" },
      field: "client_order_id",
      reason: "FIELD_MALFORMED",
    },
    {
      given: "10,001 bps of slippage",
      change: { maxSlippageBps: 10_001 },
      field: "max_slippage_bps",
      reason: "FIELD_OUT_OF_RANGE",
    },
    { given: "a homoglyph symbol", change: { instrument: "ВTCUSDT" }, field: "instrument", reason: "FIELD_MALFORMED" },
    { given: "a bad tag name", change: { tags: { "a b": "" } }, field: 'tags["a b"]', reason: "FIELD_MALFORMED" },
    { given: "a long tag", change: { tags: { a: "x".repeat(257) } }, field: 'tags["a"]', reason: "FIELD_OUT_OF_RANGE" },
    {
      given: "too many tags",
      change: { tags: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`t${i}`, ""])) },
      field: "tags",
      reason: "FIELD_OUT_OF_RANGE",
    },
  ])("given $given, so $field is $reason", async ({ change, field, reason }) => {
    const client = grpcClient((await serveForTest()).url);
    const error = await callUnary(client, ExecutionService.method.executeOrder, { ...order, ...change }).catch(
      (e) => e,
    );
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    const { code, message, errorInfo, badRequest } = grpcDetails(error);
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(message.startsWith(`${field}: `)).toBe(true);
    expect(errorInfo).toMatchObject({ domain: "surefill", reason, metadata: { field } });
    expect(badRequest?.fieldViolations).toMatchObject([{ field, reason }]);
  });

  test("given several faults, so each is listed and the enum's values are named", async () => {
    const { url } = await serveForTest();
    const client = createClient(ExecutionService, createConnectTransport({ baseUrl: url, httpVersion: "2" }));
    const error = ConnectError.from(
      await client
        .executeOrder({ ...order, account: "a b", side: Side.UNSPECIFIED, size: { case: undefined } })
        .catch((e) => e),
    );
    expect(error.code).toBe(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)).toHaveLength(1);
    expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations).toMatchObject([
      { field: "account" },
      { field: "side", description: "must be one of SIDE_BUY, SIDE_SELL" },
      { field: "size", description: "exactly one of base_quantity, quote_quantity must be given" },
    ]);
  });
});

describe("other requests", () => {
  interface Case<Desc extends DescMessage = DescMessage> {
    readonly desc: Desc;
    readonly init: MessageInitShape<Desc>;
    readonly faults: readonly string[];
  }
  const given = <Desc extends DescMessage>(
    desc: Desc,
    init: MessageInitShape<Desc>,
    ...faults: string[]
  ): Case<Desc> => ({
    desc,
    init,
    faults,
  });

  test.each([
    given(BatchExecuteOrdersRequestSchema, {}, "orders FIELD_OUT_OF_RANGE"),
    given(
      BatchExecuteOrdersRequestSchema,
      { orders: Array.from({ length: 201 }, () => order) },
      "orders FIELD_OUT_OF_RANGE",
    ),
    given(
      BatchExecuteOrdersRequestSchema,
      { orders: [order, sized("1e5")] },
      "orders[1].base_quantity FIELD_MALFORMED",
    ),
    given(CancelOrderRequestSchema, {}, "key FIELD_REQUIRED"),
    given(CancelOrderRequestSchema, { key: { case: "orderId", value: "" } }, "order_id FIELD_REQUIRED"),
    given(CancelOrderRequestSchema, { key: { case: "orderId", value: "first" } }, "order_id FIELD_MALFORMED"),
    given(CancelAllRequestSchema, { account: "a b" }, "account FIELD_MALFORMED", "reason FIELD_OUT_OF_RANGE"),
    given(
      GetOrderRequestSchema,
      { key: { case: "clientOrder", value: { account: "main" } } },
      "client_order.client_order_id FIELD_MALFORMED",
    ),
    given(
      ListOrdersRequestSchema,
      { pageSize: -1, states: [0] },
      "states[0] FIELD_REQUIRED",
      "page_size FIELD_OUT_OF_RANGE",
    ),
    given(ListFillsRequestSchema, { orderId: "x" }, "order_id FIELD_MALFORMED"),
    given(WatchOrdersRequestSchema, { heartbeatInterval: { nanos: 1 } }, "heartbeat_interval FIELD_OUT_OF_RANGE"),
  ])("given $desc.name, when it breaks rules, so they are $faults", async ({ desc, init, faults }) => {
    const { url } = await serveForTest();
    const method = ExecutionService.methods.find(({ input }) => input === desc);
    if (!method) throw new Error(`no method takes ${desc.typeName}`);
    const { error } = await callStream(grpcClient(url), method, init);
    if (!error) throw new Error("it was accepted");
    const violations = grpcDetails(error).badRequest?.fieldViolations ?? [];
    expect(violations.map(({ field, reason }) => `${field} ${reason}`)).toEqual(faults);
  });

  test("given every request of the contract, so its rules compile", () => {
    const validator = createValidator();
    for (const { input } of [...ExecutionService.methods, ...VenueService.methods])
      expect(validator.validate(input, create(input)).kind, input.typeName).not.toBe("error");
  });
});
