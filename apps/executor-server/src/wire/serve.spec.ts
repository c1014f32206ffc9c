import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { status } from "@grpc/grpc-js";
import { ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderType, Side } from "@surefill/contracts/surefill/v1/order";
import { VenueService } from "@surefill/contracts/surefill/v1/venue_service";
import { describe, expect, test } from "vitest";
import { serve } from "./serve.ts";
import { callStream, callUnary, grpcClient } from "./testing/grpc-js.ts";
import { serveForTest, silentLog, trivialRoutes } from "./testing/trivial-server.ts";

const transports: Record<string, (baseUrl: string) => Transport> = {
  "Connect, HTTP/1.1, JSON": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect, HTTP/2, binary": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  "Connect by GET": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useHttpGet: true }),
  "gRPC, HTTP/2": (baseUrl) => createGrpcTransport({ baseUrl }),
  "gRPC-Web, HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web, HTTP/2": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
};

const order = {
  clientOrderId: "first",
  account: "main",
  venue: "sim",
  instrument: "BTCUSDT",
  side: Side.BUY,
  type: OrderType.MARKET,
  size: { case: "baseQuantity" as const, value: "0.01" },
};

describe("one port", () => {
  test.each(Object.entries(transports))("speaks %s", async (_name, transport) => {
    const { url } = await serveForTest();
    const venues = createClient(VenueService, transport(url));
    expect((await venues.listVenues({})).venues).toMatchObject([{ name: "sim", simulated: true }]);

    const execution = createClient(ExecutionService, transport(url));
    const cursors: unknown[] = [];
    for await (const { message } of execution.watchOrders({})) cursors.push(message.value);
    expect(cursors).toMatchObject([{ cursor: "1" }, { cursor: "2" }, { cursor: "3" }]);
  });

  test("speaks gRPC to grpc-js", async () => {
    const client = grpcClient((await serveForTest()).url);
    const { instruments } = await callUnary(client, VenueService.method.listInstruments, { venue: "sim" });
    expect(instruments).toMatchObject([{ symbol: "sim-BTCUSDT" }]);
    const { messages, error } = await callStream(client, ExecutionService.method.watchOrders, {});
    expect(messages).toHaveLength(3);
    expect(error).toBeUndefined();
  });

  test("speaks JSON to curl", async () => {
    const { url } = await serveForTest();
    const response = await post(`${url}/surefill.v1.VenueService/ListInstruments`, '{"venue":"sim"}');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ instruments: [{ symbol: "sim-BTCUSDT" }] });
  });

  test.each(Object.entries(transports).filter(([name]) => name !== "Connect by GET"))(
    "refuses messages beyond 4 MiB over %s and forgets them",
    async (_name, transport) => {
      const server = await serveForTest({ graceMs: 600_000 });
      const execution = createClient(ExecutionService, transport(server.url));
      const call = execution.cancelAll({ scope: 1, reason: "x".repeat(4 * 1024 * 1024) });
      const error = ConnectError.from(await Array.fromAsync(call).catch((reason: unknown) => reason));
      expect(error.code).toBe(Code.ResourceExhausted);
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "REQUEST_TOO_LARGE", domain: "surefill" }]);
      expect((await execution.executeOrder(order)).order?.clientOrderId).toBe(order.clientOrderId);
      // What is left of such a call would keep the server open.
      await server.close();
    },
  );

  test("refuses messages beyond 4 MiB from grpc-js and forgets them", async () => {
    const server = await serveForTest({ graceMs: 600_000 });
    const client = grpcClient(server.url);
    const call = callUnary(client, ExecutionService.method.cancelOrder, { reason: "x".repeat(4 * 1024 * 1024) });
    await expect(call).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    await server.close();
  });

  test("answers UNIMPLEMENTED where there is no such RPC, or nobody has written it", async () => {
    const server = await serveForTest({ graceMs: 600_000 });
    const client = grpcClient(server.url);
    const unknown = { ...ExecutionService.method.executeOrder, parent: { typeName: "no.Service" } };
    await expect(callUnary(client, unknown, order)).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    const key = { case: "orderId" as const, value: "0192d3a4-0000-7000-8000-000000000000" };
    const unwritten = callUnary(client, ExecutionService.method.getOrder, { key });
    await expect(unwritten).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
    await server.close();
  });

  test("gives a bug's text to the log, not to the caller", async () => {
    const logged: object[] = [];
    const { url } = await serveForTest({
      routes: (router) =>
        router.service(VenueService, {
          listVenues: () => {
            throw new Error("password=hunter2");
          },
        }),
      log: { ...silentLog, error: (fields) => logged.push(fields) },
    });
    const call = createClient(VenueService, createGrpcTransport({ baseUrl: url })).listVenues({});
    const error = ConnectError.from(await call.catch((reason: unknown) => reason));
    expect(error.code).toBe(Code.Internal);
    expect(error.message).not.toContain("hunter2");
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "INTERNAL", domain: "surefill" }]);
    expect(logged).toMatchObject([
      { err: { message: "password=hunter2" }, rpc: "surefill.v1.VenueService/ListVenues" },
    ]);
  });

  test("has many calls running at once on one connection without a warning", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const { server, calls, release } = await serveSlowly({ graceMs: 10_000 });
    const client = grpcClient(server.url);
    const running = Array.from({ length: 100 }, () => callUnary(client, VenueService.method.listVenues, {}));
    await calls(100);
    release();
    await Promise.all(running);
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });
});

describe("where it listens", () => {
  test.each(["0.0.0.0", "::", "10.1.2.3", "example.com"])("given %s, so it refuses to start", async (host) => {
    const start = serve({ host, port: 0, routes: trivialRoutes, graceMs: 0, log: silentLog });
    await expect(start).rejects.toThrow(`Refusing to listen on "${host}"`);
  });

  test("given a port that is taken, so it says what to do", async () => {
    const { port } = await serveForTest();
    const start = serve({ host: "127.0.0.1", port, routes: trivialRoutes, graceMs: 0, log: silentLog });
    await expect(start).rejects.toThrow(`Can't listen on 127.0.0.1:${port}`);
  });

  test.each(["127.0.0.1", "127.0.0.2", "localhost", "::1"])("given %s, so its URL leads there", async (host) => {
    const { url } = await serveForTest({ host });
    const venues = createClient(VenueService, createConnectTransport({ baseUrl: url, httpVersion: "2" }));
    expect((await venues.listVenues({})).venues).toHaveLength(1);
  });
});

describe("close", () => {
  test.each(Object.entries(transports))(
    "lets a running call over %s finish while new connections are refused",
    async (_name, transport) => {
      const { server, started, release } = await serveSlowly({ graceMs: 10_000 });
      const call = createClient(VenueService, transport(server.url)).listVenues({});
      await started;
      const closed = server.close();
      await expect(connecting(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      release();
      expect((await call).venues).toMatchObject([{ name: "slow" }]);
      await closed;
    },
  );

  test("ends a kept-alive HTTP/1.1 connection after its running call", async () => {
    const { server, started, release } = await serveSlowly({ graceMs: 600_000 });
    const socket = await connecting(server.port);
    socket.write(
      "POST /surefill.v1.VenueService/ListVenues HTTP/1.1\r\nHost: localhost\r\n" +
        "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    );
    await started;
    const closed = server.close();
    release();
    expect(await allOf(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\nconnection: close\r\n.*"slow"/s);
    await closed;
  });

  test("does not run a call that was pipelined behind the running one", async () => {
    const { server, started, release, callCount } = await serveSlowly({ graceMs: 600_000 });
    const socket = await connecting(server.port);
    socket.on("error", () => {}).resume();
    const request = `POST /surefill.v1.VenueService/ListVenues HTTP/1.1\r\nHost: localhost\r\n${"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"}`;
    socket.write(request);
    await started;
    const closed = server.close();
    socket.write(request);
    // Another of the server's turns of the event loop: what was written has come by then.
    await expect(connecting(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    release();
    await closed;
    expect(callCount()).toBe(1);
  });

  test("refuses new calls on an HTTP/2 connection that still has a running one", async () => {
    const { server, started, release } = await serveSlowly({ graceMs: 600_000 });
    const client = grpcClient(server.url);
    const call = callUnary(client, VenueService.method.listVenues, {});
    await started;
    const closed = server.close();
    const late = callUnary(client, VenueService.method.listInstruments, { venue: "sim" });
    await expect(late).rejects.toMatchObject({ code: status.UNAVAILABLE });
    release();
    expect((await call).venues).toHaveLength(1);
    await closed;
  });

  test("aborts what runs beyond the grace with UNAVAILABLE", async () => {
    const { server, started } = await serveSlowly({ graceMs: 30 });
    const call = callUnary(grpcClient(server.url), VenueService.method.listVenues, {});
    call.catch(() => {});
    await started;
    await server.close();
    await expect(call).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: "the server is shutting down. Repeat the call.",
    });
  });

  test("ends even if a call does not heed its abort", async () => {
    const { server, started } = await serveSlowly({ graceMs: 30, heedsAbort: false });
    const call = callUnary(grpcClient(server.url), VenueService.method.listVenues, {});
    call.catch(() => {});
    await started;
    await server.close();
    await expect(call).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  test("tells streams that have no end of their own, so that they don't hold it open", async () => {
    const server = await serveForTest({
      graceMs: 600_000,
      routes: (router, draining) =>
        router.service(ExecutionService, {
          async *watchOrders() {
            yield { message: { case: "heartbeat", value: { cursor: "1" } } };
            await once(draining, "abort");
            throw draining.reason;
          },
        }),
    });
    const stream = await callStream(grpcClient(server.url), ExecutionService.method.watchOrders, {}, server.close);
    expect(stream.messages).toHaveLength(1);
    expect(stream.error?.code).toBe(status.UNAVAILABLE);
    await server.close();
  });

  test("gives the same promise when called again, and ends idle connections at once", async () => {
    const server = await serveForTest({ graceMs: 600_000 });
    for (const transport of Object.values(transports))
      await createClient(VenueService, transport(server.url)).listVenues({});
    const first = server.close();
    expect(server.close()).toBe(first);
    await first;
  });
});

/** A server whose ListVenues answers when `release` is called, or fails when its signal aborts. */
async function serveSlowly({ graceMs, heedsAbort = true }: { graceMs: number; heedsAbort?: boolean }) {
  const released = Promise.withResolvers<void>();
  const started = new EventEmitter();
  let callCount = 0;
  const calls = async (count: number) => {
    while (callCount < count) await once(started, "call");
  };
  const server = await serveForTest({
    graceMs,
    routes: (router) =>
      router.service(VenueService, {
        async listVenues(_request, { signal }) {
          callCount += 1;
          started.emit("call");
          await Promise.race([released.promise, ...(heedsAbort ? [once(signal, "abort")] : [])]);
          signal.throwIfAborted();
          return { venues: [{ name: "slow" }] };
        },
      }),
  });
  return { server, started: calls(1), calls, callCount: () => callCount, release: released.resolve };
}

async function connecting(port: number) {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

async function allOf(socket: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
}
