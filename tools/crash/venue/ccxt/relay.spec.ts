import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../launch/free-port.ts";
import type { WireMessage } from "../wire-message.ts";
import { Relay } from "./relay.ts";

/** An exchange that answers as it is told, and a relay to it. */
async function relayTo(answer: RequestListener) {
  const arrived: string[] = [];
  const exchange = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    arrived.push(`${request.method} ${request.url} ${request.headers["x-mbx-apikey"]} ${body}`);
    await answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(exchange, "listening");
  const { port: exchangePort } = exchange.address() as AddressInfo;
  const told: WireMessage[] = [];
  const port = await freePort();
  const onWire = (message: WireMessage) => void told.push(message);
  const relay = await Relay.open({ name: "server-1", port, exchangePort, flightMs: 2, onWire });
  onTestFinished(async () => {
    await relay.close();
    exchange.closeAllConnections();
    exchange.close();
  });
  const ask = (method: string, path: string, more: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { "x-mbx-apikey": "key" }, ...more });
  return { arrived, told, ask };
}

const order = { body: "symbol=BTCUSDT&newClientOrderId=s1&signature=x" };

describe("a relay to an exchange", () => {
  it("given a submission, so it arrives as it was sent, its answer comes as it was given, and it is told when it was on the wire", async () => {
    const { arrived, told, ask } = await relayTo((_, response) => {
      response.writeHead(429, { "retry-after": "7" });
      response.end('{"code":-1003}');
    });
    const answer = await ask("POST", "/api/v3/order", order);
    expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([
      429,
      "7",
      '{"code":-1003}',
    ]);
    expect(arrived).toEqual([`POST /api/v3/order key ${order.body}`]);
    await expect
      .poll(() => told.map(({ kind, line, submitKey }) => [kind, line, submitKey]))
      .toEqual([
        ["ARRIVED", "server-1", "s1"],
        ["ENDED", "server-1", "s1"],
      ]);
  });

  it("given what places no order, so nothing is told of it", async () => {
    const { told, arrived, ask } = await relayTo((_, response) => response.end("{}"));
    await ask("GET", "/api/v3/order?origClientOrderId=s1");
    await ask("DELETE", "/api/v3/order?origClientOrderId=s1");
    expect([arrived.length, told]).toEqual([2, []]);
  });

  it.each<{ given: string; answer: RequestListener }>([
    { given: "a connection that the exchange breaks", answer: (_, response) => void response.destroy() },
    {
      given: "an answer that breaks in its middle",
      answer: (_, response) => {
        response.writeHead(200, { "content-length": 100 });
        response.write("{", () => response.destroy());
      },
    },
  ])("given $given, so it is broken here too", async ({ answer }) => {
    const { ask, told } = await relayTo(answer);
    await expect(ask("POST", "/api/v3/order", order).then((response) => response.text())).rejects.toThrow();
    await expect.poll(() => told.map(({ kind }) => kind)).toEqual(["ARRIVED", "ENDED"]);
  });

  it("given a sender that is gone once its request is in, so it arrives all the same", async () => {
    const { ask, told, arrived } = await relayTo((_, response) => response.end("{}"));
    const gone = new AbortController();
    const asked = ask("POST", "/api/v3/order", { ...order, signal: gone.signal }).catch(() => "gone");
    await expect.poll(() => told.length, { interval: 1 }).toBeGreaterThan(0);
    gone.abort();
    await asked;
    await expect.poll(() => arrived).toEqual([`POST /api/v3/order key ${order.body}`]);
  });
});
