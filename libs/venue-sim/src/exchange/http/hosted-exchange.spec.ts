import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { addMs, instrumentId, price, quantity, type SubmitKey, submitKey, wallTime } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../testing/free-port.ts";
import { member } from "../../testing/member.ts";
import { never, paper, silent, simConfig } from "../../testing/open-exchange.ts";
import { passTime } from "../../testing/pass-time.ts";
import { portrait } from "../../testing/portrait.ts";
import { systemClock } from "../../testing/system-clock.ts";
import { temporaryFolder } from "../../testing/temporary-file.ts";
import type { ExchangeApi } from "../exchange-api.ts";
import { openExchange } from "../open-exchange.ts";
import { encodeOrderRequest, type OrderRequest } from "../order-request.ts";
import { readExchangeLog } from "../read-exchange-log.ts";
import { ExchangeHost } from "./exchange-host.ts";
import { HttpExchange } from "./http-exchange.ts";

const btc = instrumentId("BTC/USDT");

/** A market BUY of 1 BTC unless `fields` say otherwise. */
function request(key: string, fields: Partial<OrderRequest> = {}): Uint8Array {
  const order: OrderRequest = {
    submitKey: submitKey(key),
    instrument: btc,
    side: "BUY",
    pricing: { type: "MARKET", timeInForce: "IOC" },
    size: { in: "BASE", quantity: quantity("1") },
    validUntil: addMs(systemClock.wall(), 10_000),
    ...fields,
  };
  return encodeOrderRequest(order);
}

const resting: Partial<OrderRequest> = { pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("9000") } };

async function hosted(fields: Record<string, unknown> = {}, clock = new ManualClock()) {
  const open = () => openExchange(simConfig(fields), { clock, log: silent });
  const options = { port: 0, fingerprint: "f", heartbeatMs: 1_000, clock, log: silent };
  const host = await ExchangeHost.start(open, options);
  if (host === undefined) throw new Error("port 0 is never taken");
  onTestFinished(() => host.close());
  return { host, clock, remote: clientOf(host.port, clock) };
}

function clientOf(port: number, clock = new ManualClock(), requestTimeoutMs = 5_000): HttpExchange {
  return new HttpExchange({ port, http: fetch, clock, requestTimeoutMs, silenceMsMax: 3_000 });
}

describe("an exchange behind a port", () => {
  test("answers every question as it does in the process", async () => {
    const { host, clock, remote } = await hosted({ feeBps: 10 });
    const validUntil = clock.wall();
    expect(await remote.submit(paper, request("sim_a", { validUntil }), never)).toMatchObject({ kind: "ACCEPTED" });
    expect(await remote.submit(paper, request("sim_b", { validUntil, ...resting }), never)).toMatchObject({
      kind: "ACCEPTED",
    });
    expect(await remote.submit(paper, request("sim_a", { validUntil }), never)).toMatchObject({ kind: "REFUSED" });
    for (const key of ["sim_a", "sim_b", "sim_c"].map(submitKey)) {
      expect(await remote.order(paper, key, never)).toEqual(await host.exchange.order(paper, key));
    }
    expect(await portrait(remote, [])).toEqual(await portrait(host.exchange, []));
    expect(await remote.quotes([btc], never)).toEqual(await host.exchange.quotes([btc]));
    const { next } = await remote.fills(paper, wallTime(0), 1, never);
    expect(await remote.fills(paper, next, 1, never)).toEqual(await host.exchange.fills(paper, next, 1));
    expect(await remote.cancel(paper, submitKey("sim_b"), never)).toMatchObject({ kind: "CANCELLED" });
    expect(await remote.cancel(paper, submitKey("sim_b"), never)).toEqual({ kind: "NOT_OPEN" });
    for (const key of ["sim_d", "sim_e"]) await remote.submit(paper, request(key, { validUntil, ...resting }), never);
    expect(await remote.cancelAll(paper, instrumentId("SOL/USDC"), never)).toEqual({ cancelled: [] });
    const { cancelled } = await remote.cancelAll(paper, btc, never);
    expect(cancelled).toEqual(
      await Promise.all(
        ["sim_d", "sim_e"].map(async (key) => {
          const answer = await host.exchange.order(paper, submitKey(key));
          return answer.kind === "FOUND" ? answer.report : answer;
        }),
      ),
    );
    expect(await remote.cancelAll(paper, undefined, never)).toEqual({ cancelled: [] });
  });

  test("holds an order that waits, tells of it, triggers it and lets it be cancelled", async () => {
    const { host, clock, remote } = await hosted();
    const validUntil = clock.wall();
    const waits = (triggerPrice: string): Partial<OrderRequest> => ({
      ...{
        validUntil,
        side: "SELL",
        pricing: { type: "STOP_LOSS", timeInForce: "GTC", triggerPrice: price(triggerPrice) },
      },
    });
    for (const [key, trigger] of [
      ["sim_a", "9000"],
      ["sim_b", "8000"],
    ] as const) {
      expect(await remote.submit(paper, request(key, waits(trigger)), never)).toMatchObject({ kind: "ACCEPTED" });
    }
    const tooLate = await remote.submit(paper, request("sim_c", waits("10000")), never);
    expect(tooLate).toMatchObject({ kind: "REFUSED", reason: "TRIGGER_REACHED" });
    expect(await remote.openOrders(paper, never)).toHaveLength(2);
    const mover = request("sim_mover", { validUntil, expectedPrice: price("8500") });
    await remote.submit(paper, mover, never);
    const filled = { kind: "FOUND", report: { status: "FILLED", fills: [{ lastPrice: "8500" }] } };
    expect(await remote.order(paper, submitKey("sim_a"), never)).toMatchObject(filled);
    expect(await remote.cancel(paper, submitKey("sim_b"), never)).toMatchObject({ kind: "CANCELLED" });
    expect(await host.exchange.openOrders(paper)).toEqual([]);
  });

  test("does nothing any more once its host has let go of the port", async () => {
    const { host, clock, remote } = await hosted({ latencyConfirmMs: 100 });
    await remote.submit(paper, request("sim_a", { validUntil: clock.wall() }), never);
    await host.close();
    expect(clock.sleepers).toBe(0);
    await expect(host.exchange.openOrders(paper)).rejects.toMatchObject({ sent: "NO" });
  });

  test("streams reports as they happen", async () => {
    const { clock, remote } = await hosted();
    const stop = new AbortController();
    const reports = remote.reports(paper, stop.signal);
    const first = reports.next();
    await until(() => clock.sleepers === 2); // the host's beat and the listener's watch: the stream has begun
    await remote.submit(paper, request("sim_a", { validUntil: clock.wall() }), never);
    expect(await first).toMatchObject({
      value: { submitKey: "sim_a", status: "FILLED", fills: [{ lastQuantity: "1" }] },
    });
    stop.abort();
    expect(await reports.next()).toEqual({ done: true, value: undefined });
  });

  test("gives signs of life, without which a stream counts as broken", async () => {
    const { clock, remote } = await hosted();
    const reports = remote.reports(paper, never).next();
    await until(() => clock.sleepers === 2); // the host's beat and the listener's watch: the stream has begun
    for (let second = 0; second < 10; second += 1) {
      await passTime(clock, 1_000);
      await remote.quotes([btc], never);
    }
    await remote.submit(paper, request("sim_a", { validUntil: clock.wall() }), never);
    expect(await reports).toMatchObject({ value: { submitKey: "sim_a" } });

    const mute = await rawServer((_, response) => response.writeHead(200).write("\n"));
    const muteClock = new ManualClock();
    const listening = clientOf(mute, muteClock).reports(paper, never).next();
    listening.catch(() => {});
    await until(() => muteClock.sleepers === 1);
    muteClock.advance(3_000);
    await expect(listening).rejects.toMatchObject({ name: "ConnectionError", sent: "MAYBE" });
  });

  test.each([
    // given, when (path), so
    ["an account of the wrong form", "/accounts/a%20b/balances", 400],
    ["a cursor that nobody gave", "/accounts/paper/fills?after=x", 400],
    ["a page of no size", "/accounts/paper/fills?since=0&limit=0", 400],
    ["no submit key", "/accounts/paper/order", 400],
    ["a path that leads nowhere", "/orders", 404],
  ])("a wrong question is refused: %s", async (_given, path, so) => {
    const { host } = await hosted();
    const response = await fetch(`http://127.0.0.1:${host.port}${path}`);
    expect(response.status).toBe(so);
    await response.text();
  });

  test("bodies have an end, and pages of a browser are not answered", async () => {
    const { host } = await hosted();
    const url = `http://127.0.0.1:${host.port}`;
    const long = await fetch(`${url}/accounts/paper/orders`, { method: "POST", body: "x".repeat(70_000) });
    const page = await fetch(`${url}/accounts/paper/balances`, { headers: { origin: "http://example.com" } });
    expect([long.status, page.status]).toEqual([413, 403]);
    await Promise.all([long.text(), page.text()]);
  });
});

describe("a submission without an answer", () => {
  test.each<[string, RequestListener]>([
    ["the connection breaks after the request", (request) => request.socket.destroy()],
    [
      "the answer breaks off",
      (_, response) => response.writeHead(200, { "content-length": "100" }).write('{"kind"', () => response.destroy()),
    ],
    ["503", (_, response) => response.writeHead(503).end("{}")],
    ["500", (_, response) => response.writeHead(500).end()],
    ["no JSON", (_, response) => response.writeHead(200).end("<html>")],
    ["JSON of another kind", (_, response) => response.writeHead(200).end('{"kind":"TAKEN"}')],
    ["a redirection", (_, response) => response.writeHead(307, { location: "/elsewhere" }).end()],
    ["no answer in time", () => {}],
  ])("%s: it may have been sent", async (_given, listener) => {
    let requests = 0;
    const port = await rawServer((request, response) => {
      requests += 1;
      listener(request, response);
    });
    const answer = clientOf(port, new ManualClock(), 200).submit(paper, request("sim_a"), never);
    await expect(answer).rejects.toMatchObject({ name: "ConnectionError", sent: "MAYBE" });
    expect(requests).toBe(1);
  });

  test.each<[string, RequestListener, { readonly reason: string; readonly retryAfterMs?: number }]>([
    [
      "429 with Retry-After",
      (_, response) => response.writeHead(429, { "retry-after": "7" }).end(),
      { reason: "TOO_MANY_REQUESTS", retryAfterMs: 7_000 },
    ],
    ["401", (_, response) => response.writeHead(401).end(), { reason: "NO_ACCESS" }],
    ["403", (_, response) => response.writeHead(403).end(), { reason: "NO_ACCESS" }],
  ])("%s: it was turned away, and nothing was done", async (_given, listener, turnedAway) => {
    const port = await rawServer(listener);
    const answer = clientOf(port, new ManualClock(), 200).submit(paper, request("sim_a"), never);
    await expect(answer).rejects.toMatchObject({ name: "TurnedAwayError", ...turnedAway });
  });

  test("429 without a sensible Retry-After: it was turned away, and nobody knows for how long", async () => {
    const port = await rawServer((_, response) => response.writeHead(429, { "retry-after": "soon" }).end());
    const answer = clientOf(port, new ManualClock(), 200).submit(paper, request("sim_a"), never);
    const turnedAway = { reason: "TOO_MANY_REQUESTS", retryAfterMs: undefined };
    await expect(answer).rejects.toMatchObject({ name: "TurnedAwayError", ...turnedAway });
  });

  test("the connection is refused: it was not sent", async () => {
    const answer = clientOf(await freePort()).submit(paper, request("sim_a"), never);
    await expect(answer).rejects.toMatchObject({ name: "ConnectionError", sent: "NO" });
  });
});

describe("processes that share an exchange", () => {
  test("trade on one book, whoever hosts it", async () => {
    const { port, logFile } = await place();
    const first = await member({ port }, logFile);
    const second = await member({ port }, logFile);
    await first.submit(paper, request("sim_a"), never);
    await second.submit(paper, request("sim_b", resting), never);
    expect(await first.openOrders(paper, never)).toEqual(await second.openOrders(paper, never));
    expect((await second.fills(paper, wallTime(0), 10, never)).fills.map(({ submitKey }) => submitKey)).toEqual([
      "sim_a",
    ]);
    expect(await first.submit(paper, request("sim_b"), never)).toMatchObject({ reason: "DUPLICATE_CLIENT_ORDER_ID" });
  });

  test("when the host leaves, another takes over with the same book, keys and cursors", async () => {
    const { port, logFile } = await place();
    const first = await member({ port }, logFile);
    const second = await member({ port }, logFile);
    await second.submit(paper, request("sim_a"), never);
    await second.submit(paper, request("sim_b", resting), never);
    const before = await second.fills(paper, wallTime(0), 10, never);
    const listening = second.reports(paper, never)[Symbol.asyncIterator]().next();
    listening.catch(() => {});
    await first.close();

    expect(await second.fills(paper, wallTime(0), 10, never)).toEqual(before);
    expect(await second.openOrders(paper, never)).toMatchObject([{ submitKey: "sim_b" }]);
    expect(await second.submit(paper, request("sim_a"), never)).toMatchObject({ reason: "DUPLICATE_CLIENT_ORDER_ID" });
    expect((await second.fills(paper, before.next, 10, never)).fills).toEqual([]);
    await expect(listening).rejects.toMatchObject({ name: "ConnectionError" });
  });

  test("a listener gets the reports of the next host", async () => {
    const { port, logFile } = await place();
    const first = await member({ port }, logFile);
    const second = await member({ port }, logFile);
    await first.close();
    let heard: unknown;
    const listening = second.reports(paper, never)[Symbol.asyncIterator]().next();
    listening.then(({ value }) => {
      heard = value;
    });
    await second.instruments(never);
    for (let order = 0; heard === undefined && order < 1_000; order += 1) {
      await second.submit(paper, request(`sim_${order}`), never);
    }
    expect(heard).toMatchObject({ status: "FILLED" });
  });

  test("while nobody hosts, a submission is not sent, and sets off that the next one is", async () => {
    const { port, logFile } = await place();
    const first = await member({ port }, logFile);
    const second = await member({ port }, logFile);
    await first.close();
    await expect(second.submit(paper, request("sim_a"), never)).rejects.toMatchObject({ sent: "NO" });
    // Only submissions from here on: no question helps it along.
    const submitted = async () => (await second.submit(paper, request("sim_b"), never)).kind;
    await expect.poll(() => submitted().catch(() => "NOT_SENT"), { timeout: 10_000 }).toBe("ACCEPTED");
    expect(await second.order(paper, submitKey("sim_a"), never)).toMatchObject({ kind: "NOT_FOUND" });
  });

  test("of many that take over at once, one hosts and all are served", async () => {
    const { port, logFile } = await place();
    const first = await member({ port }, logFile);
    const others = await Promise.all(Array.from({ length: 5 }, () => member({ port }, logFile)));
    await first.submit(paper, request("sim_a"), never);
    await first.close();
    const answers = await Promise.all(others.map((other) => other.order(paper, submitKey("sim_a"), never)));
    expect(answers.map(({ kind }) => kind)).toEqual(Array(5).fill("FOUND"));
    const starts = (await Array.fromAsync(readExchangeLog(logFile))).filter(({ type }) => type === "STARTED");
    expect(starts).toHaveLength(2);
  });

  test("a member that has left says that nothing was sent, and does not come back", async () => {
    const { port, logFile } = await place();
    const only = await member({ port }, logFile);
    await only.close();
    await expect(only.submit(paper, request("sim_a"), never)).rejects.toMatchObject({ sent: "NO" });
    await expect(only.openOrders(paper, never)).rejects.toMatchObject({ sent: "NO" });
    expect((await Array.fromAsync(readExchangeLog(logFile))).map(({ type }) => type)).toEqual(["STARTED"]);
  });

  test("other settings stop the boot", async () => {
    const { port, logFile } = await place();
    await member({ port }, logFile);
    await expect(member({ port }, logFile, { feeBps: 20 })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("a port that is somebody else's stops the boot", async () => {
    const port = await rawServer((_, response) => response.end("hello"));
    const { logFile } = await place();
    await expect(member({ port }, logFile)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      context: { port: String(port) },
    });
  });

  test("a log that can't be used stops the boot and frees the port", async () => {
    const { port, logFile } = await place();
    await expect(member({ port }, temporaryFolder())).rejects.toThrow();
    await member({ port }, logFile);
  });

  test("killed under load, the host loses nothing it answered for, and nothing is there twice", async () => {
    const { port, logFile } = await place();
    const killed = await hostProcess({ ...simFields, logFile, exchange: { port } });
    const survivor = await member({ port }, logFile, simFields);
    const accepted: SubmitKey[] = [];
    const trade = async (lane: number) => {
      for (let order = 0; order < 60; order += 1) {
        const key = submitKey(`sim_${lane}_${order}`);
        if (lane === 0 && order === 20) killed.kill("SIGKILL");
        if ((await submitOnce(survivor, key)) === "ACCEPTED") accepted.push(key);
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, lane) => trade(lane)));
    const events = await Array.fromAsync(readExchangeLog(logFile));
    const booked = events.flatMap((event) => (event.type === "ORDER_ACCEPTED" ? [event.submitKey] : []));
    const filled = events.flatMap((event) => (event.type === "FILL" ? [event.submitKey] : []));
    expect(events.filter(({ type }) => type === "STARTED")).toHaveLength(2);
    expect(accepted.length).toBeGreaterThan(400);
    expect(new Set(booked).size).toBe(booked.length);
    expect(filled.toSorted()).toEqual(booked.toSorted());
    expect(accepted.filter((key) => !booked.includes(key))).toEqual([]);
  });
});

const simFields = { latencySubmitMs: 0, latencyConfirmMs: 0, feeBps: 0 };

async function submitOnce(exchange: ExchangeApi, key: SubmitKey): Promise<string> {
  try {
    return (await exchange.submit(paper, request(key), never)).kind;
  } catch {
    // A question is answered only once somebody hosts again.
    await exchange.instruments(never);
    return "NO_ANSWER";
  }
}

async function place() {
  return { port: await freePort(), logFile: join(temporaryFolder(), "exchange.jsonl") };
}

/** A process that hosts the exchange. */
async function hostProcess(config: Record<string, unknown>): Promise<ChildProcess> {
  const script = join(import.meta.dirname, "../../testing/host-process.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(config)], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child.stdout, "data");
  return child;
}

/** A server that is no exchange. */
async function rawServer(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
