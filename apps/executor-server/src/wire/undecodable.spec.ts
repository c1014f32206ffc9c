import { gzipSync } from "node:zlib";
import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { BytesValueSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { status } from "@grpc/grpc-js";
import { BadRequestSchema, ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import {
  CancelAllRequestSchema,
  CancelScope,
  ExecutionService,
} from "@surefill/contracts/surefill/v1/execution_service";
import { describe, expect, test } from "vitest";
import { grpcClient, grpcDetails, sendBytes } from "./testing/grpc-js.ts";
import { serveForTest } from "./testing/trivial-server.ts";

const executeOrder = "/surefill.v1.ExecutionService/ExecuteOrder";

describe("JSON by curl", () => {
  test.each([
    { body: '{"quantity":"1"}', field: "quantity", reason: "FIELD_UNKNOWN" },
    { body: '{"baseQuantity":1e5}', field: "base_quantity", reason: "FIELD_MALFORMED" },
    { body: '{"side":"BUY"}', field: "side", reason: "FIELD_MALFORMED" },
    { body: '{"account":"a","account":"b"}', field: "", reason: "REQUEST_MALFORMED" },
    { body: '{"baseQuantity":"1","quoteQuantity":"1"}', field: "size", reason: "REQUEST_MALFORMED" },
    { body: "{", field: "", reason: "REQUEST_MALFORMED" },
    { body: "", field: "", reason: "REQUEST_MALFORMED" },
    { body: "[".repeat(10_000), field: "", reason: "REQUEST_MALFORMED" },
    { body: Buffer.from('{"account":"\xff"}', "latin1"), field: "", reason: "REQUEST_MALFORMED" },
  ])("given $body, so it is 400 naming '$field'", async ({ body, field, reason }) => {
    const { url } = await serveForTest();
    const response = await fetch(url + executeOrder, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(400);
    const error: unknown = await response.json();
    expect(error).toMatchObject({
      code: "invalid_argument",
      message: expect.stringMatching(field ? new RegExp(`^${field}: `) : /./),
      details: [
        { type: "google.rpc.ErrorInfo", debug: { reason, domain: "surefill", ...(field && { metadata: { field } }) } },
        { type: "google.rpc.BadRequest", debug: { fieldViolations: [{ ...(field && { field }), reason }] } },
      ],
    });
  });
});

describe("every protocol and format", () => {
  const transports: Record<string, (baseUrl: string, useBinaryFormat: boolean) => Transport> = {
    Connect: (baseUrl, useBinaryFormat) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat }),
    gRPC: (baseUrl, useBinaryFormat) => createGrpcTransport({ baseUrl, useBinaryFormat }),
    "gRPC-Web": (baseUrl, useBinaryFormat) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat }),
  };

  test.each(Object.entries(transports))("explains an unknown JSON field over %s", async (_name, transport) => {
    const { url } = await serveForTest();
    // Another request's message at the RPC's path: the field "scope" is none of its own.
    const message = { scope: CancelScope.OWN_ONLY };
    const errors = await errorsOf(transport(url, false), CancelAllRequestSchema, message);
    for (const error of errors) {
      expect(error.code).toBe(Code.InvalidArgument);
      expect(error.rawMessage).toMatch(/^scope: is no field of surefill\.v1\.\w+Request$/);
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "FIELD_UNKNOWN", domain: "surefill" }]);
      expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations).toMatchObject([{ field: "scope" }]);
    }
  });

  test.each(Object.entries(transports))(
    "takes a string that is no UTF-8 over %s for a bad request",
    async (_name, transport) => {
      const { url } = await serveForTest();
      // Field 1, like the id of an order, but of any bytes.
      const errors = await errorsOf(transport(url, true), BytesValueSchema, { value: new Uint8Array([0xff]) });
      for (const error of errors) {
        expect(error.code).toBe(Code.InvalidArgument);
        expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "REQUEST_MALFORMED", domain: "surefill" }]);
      }
    },
  );

  test.each([
    { given: "a cut varint", bytes: [0x08, 0x80] },
    { given: "a length beyond the end", bytes: [0x0a, 0x7f, 0x61] },
    { given: "an invalid wire type", bytes: [0x0f] },
  ])("given $given from grpc-js, so it is INVALID_ARGUMENT", async ({ bytes }) => {
    const client = grpcClient((await serveForTest()).url);
    const error = await sendBytes(client, executeOrder, Buffer.from(bytes)).catch((reason) => reason);
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(grpcDetails(error).errorInfo?.reason).toBe("REQUEST_MALFORMED");
  });

  test.each([
    { given: "what is no gzip", body: Buffer.from("hello") },
    { given: "cut gzip", body: gzipSync('{"account":"main"}').subarray(0, 20) },
  ])("given $given, so it is INVALID_ARGUMENT", async ({ body }) => {
    const { url } = await serveForTest();
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const response = await fetch(url + executeOrder, { method: "POST", headers, body });
    expect(await response.json()).toMatchObject({ code: "invalid_argument" });
  });

  test("refuses gzip that grows beyond 4 MiB", async () => {
    const { url } = await serveForTest();
    const body = gzipSync(Buffer.alloc(5 * 1024 * 1024, "a"));
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const response = await fetch(url + executeOrder, { method: "POST", headers, body });
    expect(await response.json()).toMatchObject({
      code: "resource_exhausted",
      message: "message is larger than the limit of 4194304 bytes after decompression",
    });
  });
});

test("what a handler says of an argument stays as it is", async () => {
  const { url } = await serveForTest({
    routes: (router) =>
      router.service(ExecutionService, {
        listOrders: () => {
          throw ConnectError.from(new Error("page_token: forged"), Code.InvalidArgument);
        },
      }),
  });
  const client = createClient(ExecutionService, createConnectTransport({ baseUrl: url, httpVersion: "1.1" }));
  const error = ConnectError.from(await client.listOrders({}).catch((reason: unknown) => reason));
  expect(error.rawMessage).toBe("page_token: forged");
  expect(error.details).toEqual([]);
});

/** How ExecuteOrder (unary) and WatchOrders (streaming) fail when they are sent a message of another type. */
async function errorsOf<Input extends DescMessage>(
  transport: Transport,
  input: Input,
  message: MessageInitShape<Input>,
): Promise<ConnectError[]> {
  const { executeOrder, watchOrders } = ExecutionService.method;
  const unary = transport.unary({ ...executeOrder, input }, undefined, undefined, undefined, message);
  const stream = transport
    .stream({ ...watchOrders, input }, undefined, undefined, undefined, createAsyncIterable([message]))
    .then((response) => Array.fromAsync(response.message));
  const results = await Promise.allSettled([unary, stream]);
  return results.map((result) => {
    if (result.status === "fulfilled") throw new Error("it was accepted");
    return ConnectError.from(result.reason);
  });
}
