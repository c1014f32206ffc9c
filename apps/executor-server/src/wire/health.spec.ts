import { Code, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { status } from "@grpc/grpc-js";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@surefill/contracts/grpc/health/v1/health";
import { expect, test } from "vitest";
import { callStream, callUnary, grpcClient } from "./testing/grpc-js.ts";
import { serveForTest } from "./testing/trivial-server.ts";

test.each(["", "surefill.v1.ExecutionService", "surefill.v1.VenueService"])(
  "given %j, so it is SERVING",
  async (service) => {
    const client = grpcClient((await serveForTest()).url);
    expect((await callUnary(client, Health.method.check, { service })).status).toBe(Status.SERVING);
  },
);

test("given a service that is not served, so Check says NOT_FOUND and Watch SERVICE_UNKNOWN", async () => {
  const server = await serveForTest();
  const client = grpcClient(server.url);
  await expect(callUnary(client, Health.method.check, { service: "no.Service" })).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
  const watch = await callStream(client, Health.method.watch, { service: "no.Service" }, server.close);
  expect(watch.messages.map((message) => message.status)).toEqual([Status.SERVICE_UNKNOWN]);
});

test("lists each service and the server as a whole", async () => {
  const client = grpcClient((await serveForTest()).url);
  const { statuses } = await callUnary(client, Health.method.list, {});
  expect(Object.keys(statuses).sort()).toEqual(["", "surefill.v1.ExecutionService", "surefill.v1.VenueService"]);
});

test("given watchers, when the server closes, so each sees NOT_SERVING at once and holds nothing up", async () => {
  const server = await serveForTest({ graceMs: 600_000 });
  const client = grpcClient(server.url);
  let watching = 0;
  const onMessage = () => {
    watching += 1;
    // The last of them has its first answer: only then does the server close.
    if (watching === 20) void server.close();
  };
  const watches = await Promise.all(
    Array.from({ length: 20 }, () => callStream(client, Health.method.watch, { service: "" }, onMessage)),
  );
  for (const { messages, error } of watches) {
    expect(messages.map((message) => message.status)).toEqual([Status.SERVING, Status.NOT_SERVING]);
    expect(error?.code).toBe(status.UNAVAILABLE);
  }
  await server.close();
});

test("given a watcher that leaves, so its stream ends on the server too", async () => {
  const ended = Promise.withResolvers<void>();
  const { url } = await serveForTest({ interceptors: [noticingEnds(ended.resolve)] });
  const watching = new AbortController();
  const client = createClient(Health, createGrpcTransport({ baseUrl: url }));
  const watch = client.watch({}, { signal: watching.signal })[Symbol.asyncIterator]();
  expect((await watch.next()).value).toMatchObject({ status: Status.SERVING });
  watching.abort();
  await expect(watch.next()).rejects.toMatchObject({ code: Code.Canceled });
  await ended.promise;
});

/** Calls back when the messages of a stream have ended, whichever way. */
function noticingEnds(onEnd: () => void): Interceptor {
  async function* noticed<Message>(messages: AsyncIterable<Message>) {
    try {
      yield* messages;
    } finally {
      onEnd();
    }
  }
  return (next) => async (request) => {
    const response = await next(request);
    return response.stream ? { ...response, message: noticed(response.message) } : response;
  };
}
