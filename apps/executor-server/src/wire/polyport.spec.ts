import { once } from "node:events";
import { createServer as createHttp1Server } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type Socket } from "node:net";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { createPolyport } from "./polyport.ts";

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

describe("a connection", () => {
  test.each([
    { given: "an HTTP/1.1 request", writes: [get], so: "HTTP/1.1 200 OK" },
    { given: "an HTTP/1.1 request a byte at a time", writes: [...get], so: "HTTP/1.1 200 OK" },
    {
      given: "a request that begins like the preface",
      writes: ["PR", "OPFIND / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
      so: "HTTP/1.1 200 OK",
    },
    { given: "no HTTP at all", writes: ["hello\r\n\r\n"], so: "HTTP/1.1 400 Bad Request" },
  ])("given $given, so the answer is $so", async ({ writes, so }) => {
    const socket = await connecting((await listen()).port);
    for (const bytes of writes) await written(socket, bytes);
    expect(await allOf(socket)).toMatch(new RegExp(`^${so}\r\n`));
  });

  test("given the HTTP/2 preface in pieces, so it is HTTP/2", async () => {
    const socket = await connecting((await listen()).port);
    for (const piece of ["PRI * HTT", "P/2.0\r\n", "\r\nSM\r\n\r\n"]) await written(socket, piece);
    await written(socket, emptySettings);
    const [frame] = await once(socket, "data");
    // Its own SETTINGS frame (type 4) on stream 0.
    expect([...frame.subarray(3, 9)]).toEqual([4, 0, 0, 0, 0, 0]);
    socket.destroy();
  });

  test("given an HTTP/2 client, so it is answered", async () => {
    const session = connectHttp2(`http://127.0.0.1:${(await listen()).port}`);
    const [headers] = await once(session.request({ ":path": "/" }), "response");
    expect(headers[":status"]).toBe(200);
    session.destroy();
  });

  test.each([
    { given: "that says nothing", bytes: "" },
    { given: "that sends half a preface", bytes: preface.slice(0, 10) },
    { given: "that sends half of an HTTP/1.1 request's headers", bytes: "GET / HTTP/1.1\r\nHost: lo" },
  ])("given a slow client $given, so it is dropped in bounded time", async ({ bytes }) => {
    const socket = await connecting((await listen({ slowClientMsMax: 50 })).port);
    socket.resume();
    if (bytes) socket.write(bytes);
    await once(socket, "close");
    expect(socket.destroyed).toBe(true);
  });

  test("given a client that leaves before it said anything, so nothing of it is kept", async () => {
    const { port, polyport } = await listen();
    const socket = await connecting(port);
    socket.end(preface.slice(0, 3));
    socket.resume();
    await once(socket, "close");
    expect(await promisify(polyport.server.getConnections).call(polyport.server)).toBe(0);
  });

  test("given one too many, so it is dropped", async () => {
    const { port } = await listen({ connectionsMax: 1 });
    const first = await connecting(port);
    const second = await connecting(port);
    second.resume();
    await once(second, "close");
    first.write(get);
    expect(await allOf(first)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe("stopAccepting", () => {
  test("drops those that have not said what they speak, and no others", async () => {
    const { port, polyport } = await listen();
    const silent = await connecting(port);
    const speaking = await connecting(port);
    silent.resume();
    await written(speaking, get.slice(0, 20));
    // This one is answered, so what came before it on other connections has been seen.
    const later = await connecting(port);
    later.write(get);
    await allOf(later);
    polyport.stopAccepting();
    await once(silent, "close");
    speaking.write(get.slice(20));
    expect(await allOf(speaking)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

interface Limits {
  readonly slowClientMsMax?: number;
  readonly connectionsMax?: number;
}

async function listen({ slowClientMsMax = 10_000, connectionsMax = 100 }: Limits = {}) {
  const http1 = createHttp1Server(
    { headersTimeout: slowClientMsMax, connectionsCheckingInterval: 10 },
    (_request, response) => response.end("one"),
  );
  const http2 = createHttp2Server((_request, response) => {
    response.end("two");
  });
  const polyport = createPolyport(http1, http2, { firstBytesMsMax: slowClientMsMax, connectionsMax });
  polyport.server.listen(0, "127.0.0.1");
  await once(polyport.server, "listening");
  onTestFinished(() => {
    polyport.stopAccepting();
    polyport.destroyConnections();
    http1.close();
  });
  const address = polyport.server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on TCP");
  return { port: address.port, polyport };
}

async function connecting(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return socket;
}

const written = (socket: Socket, bytes: string | Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : setImmediate(resolve)));
  });

async function allOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
