import { once } from "node:events";
import { type OutgoingHttpHeaders, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { serveForTest } from "./testing/trivial-server.ts";

const listVenues = "/surefill.v1.VenueService/ListVenues";
const json = { "content-type": "application/json" };

describe("the host a request is addressed to", () => {
  test.each([
    { host: "localhost", status: 200 },
    { host: "127.0.0.1:1", status: 200 },
    { host: "[::1]:50051", status: 200 },
    { host: "evil.example", status: 421 },
    { host: "127.0.0.1.evil.example:50051", status: 421 },
    { host: "192.168.0.10", status: 421 },
    { host: "[", status: 421 },
    { host: "a b", status: 421 },
  ])("given $host over HTTP/1.1, so it is $status", async ({ host, status }) => {
    const { port } = await serveForTest();
    expect((await send(port, "POST", listVenues, { ...json, host }, "{}")).status).toBe(status);
  });

  test.each([
    { authority: "localhost", status: 200 },
    { authority: "[::1]:50051", status: 200 },
    { authority: "::1:50051", status: 200 },
    { authority: "evil.example", status: 421 },
    { authority: "[", status: 421 },
  ])("given $authority over HTTP/2, so it is $status", async ({ authority, status }) => {
    const { url } = await serveForTest();
    const session = connectHttp2(url);
    const stream = session.request({ ":method": "POST", ":path": listVenues, ":authority": authority, ...json });
    stream.end("{}");
    const [headers] = await once(stream, "response");
    expect(headers[":status"]).toBe(status);
    session.destroy();
  });

  test("given none, as HTTP/1.0 allows, so it is refused and the server lives on", async () => {
    const { url, port } = await serveForTest();
    const socket = connect(port, "127.0.0.1");
    socket.end(`POST ${listVenues} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 421 /);
    expect((await fetch(url + listVenues, { method: "POST", headers: json, body: "{}" })).status).toBe(200);
  });
});

describe("the web page a request comes from", () => {
  test.each([
    { origin: "http://localhost:3000", status: 200 },
    { origin: "https://127.0.0.1", status: 200 },
    { origin: "https://evil.example", status: 403 },
    { origin: "http://localhost.evil.example", status: 403 },
    { origin: "null", status: 403 },
  ])("given $origin, so it is $status", async ({ origin, status }) => {
    const { port } = await serveForTest();
    const answer = await send(port, "POST", listVenues, { ...json, host: "localhost", origin }, "{}");
    expect(answer.status).toBe(status);
    expect(answer.headers["access-control-allow-origin"]).toBe(status === 200 ? origin : undefined);
  });

  test("given a preflight from a loopback origin, so every header of gRPC-Web and Connect is allowed", async () => {
    const { port } = await serveForTest();
    const headers = {
      host: "localhost",
      origin: "http://localhost:3000",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-grpc-web",
    };
    const answer = await send(port, "OPTIONS", listVenues, headers, "");
    expect(answer.status).toBe(204);
    expect(answer.headers["access-control-allow-methods"]).toContain("POST");
    const allowed = String(answer.headers["access-control-allow-headers"]).toLowerCase().split(", ");
    expect(allowed).toEqual(expect.arrayContaining(["content-type", "x-grpc-web", "connect-protocol-version"]));
  });

  test("given a preflight from elsewhere, so it is refused", async () => {
    const { port } = await serveForTest();
    const headers = { host: "localhost", origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await send(port, "OPTIONS", listVenues, headers, "");
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("what is no call", () => {
  test.each([
    { given: "an unknown path", method: "POST", path: "/no.Service/Call", status: 404 },
    { given: "the root", method: "GET", path: "/", status: 404 },
    {
      given: "a GET of an RPC that acts",
      method: "GET",
      path: "/surefill.v1.ExecutionService/ExecuteOrder",
      status: 405,
    },
    {
      given: "a GET with base64 that is none",
      method: "GET",
      path: `${listVenues}?encoding=proto&base64=1&message=%25`,
      status: 400,
    },
    {
      given: "a GET with JSON that is none",
      method: "GET",
      path: `${listVenues}?encoding=json&message=%7B`,
      status: 400,
    },
    { given: "a path that is no URL", method: "POST", path: "//[", status: 400 },
  ])("given $given, so it is $status", async ({ method, path, status }) => {
    const { port } = await serveForTest();
    expect((await send(port, method, path, { ...json, host: "localhost" }, "")).status).toBe(status);
  });
});

async function send(port: number, method: string, path: string, headers: OutgoingHttpHeaders, body: string) {
  const call = request({ host: "127.0.0.1", port, method, path, headers });
  call.end(body);
  const [response] = await once(call, "response");
  return { status: response.statusCode, headers: response.headers, body: await Array.fromAsync(response) };
}
