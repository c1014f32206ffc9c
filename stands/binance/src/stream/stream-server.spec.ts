import { decimal } from "@surefill/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { BinanceStand } from "../binance-stand.ts";
import { namedFaults } from "../fault/named-faults.ts";
import { signatureOf } from "../rest/authenticate.ts";
import { openStand } from "../testing/open-stand.ts";
import { patience } from "../testing/patience.ts";

const messageSchema = z.record(z.string(), z.unknown());
const reportSchema = z.object({ event: z.looseObject({ e: z.literal("executionReport") }) });

/** A connection, and everything that came on it. */
async function connect(stand: BinanceStand) {
  const socket = new WebSocket(stand.streamUrl);
  onTestFinished(() => socket.close());
  const messages: z.output<typeof messageSchema>[] = [];
  socket.addEventListener("message", ({ data }) => messages.push(messageSchema.parse(JSON.parse(String(data)))));
  const opened = new Promise<string>((resolve) => {
    socket.addEventListener("open", () => resolve("open"));
    socket.addEventListener("error", () => resolve("refused"));
  });
  const ended = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  const ask = (method: string, params: Record<string, unknown> = {}) =>
    socket.send(JSON.stringify({ id: String(messages.length), method, params }));
  const reports = () =>
    messages.flatMap((message) => {
      const report = reportSchema.safeParse(message).data?.event;
      return report === undefined ? [] : [report];
    });
  return { state: await opened, ended, messages, ask, reports };
}

function signed(stand: BinanceStand, name: string) {
  const fields = { apiKey: `${name}-key`, timestamp: stand.exchange.now() };
  const signature = signatureOf(`apiKey=${fields.apiKey}&timestamp=${fields.timestamp}`, `${name}-secret`);
  return { ...fields, signature };
}

/** A stand with alice listening. */
async function listening() {
  const { stand, alice, bob } = await openStand();
  const connection = await connect(stand);
  connection.ask("userDataStream.subscribe.signature", signed(stand, "alice"));
  await expect.poll(() => connection.messages.length, patience).toBe(1);
  return { stand, alice, bob, ...connection };
}

describe("the user data stream", () => {
  test("given a signature, so it is subscribed, once for an account", async () => {
    const { stand, ask, messages } = await listening();
    expect(messages).toEqual([{ id: "0", status: 200, result: { subscriptionId: 0 }, rateLimits: [] }]);
    ask("userDataStream.subscribe.signature", signed(stand, "alice"));
    await expect.poll(() => messages.at(-1), patience).toMatchObject({ status: 400, error: { code: -2035 } });
    ask("userDataStream.subscribe.signature", { ...signed(stand, "bob"), signature: "00" });
    await expect.poll(() => messages.at(-1), patience).toMatchObject({ status: 400, error: { code: -1022 } });
    ask("userDataStream.subscribe.signature", { ...signed(stand, "bob"), apiKey: "nobody" });
    await expect.poll(() => messages.at(-1), patience).toMatchObject({ status: 401, error: { code: -2015 } });
    ask("order.place");
    await expect.poll(() => messages.at(-1), patience).toMatchObject({ status: 400, error: { code: -1100 } });
    ask("time");
    await expect.poll(() => messages.at(-1), patience).toMatchObject({ result: { serverTime: expect.any(Number) } });
    expect(stand.subscriptions).toBe(1);
    ask("userDataStream.unsubscribe");
    await expect.poll(() => stand.subscriptions, patience).toBe(0);
  });

  test("given an order's life, so each event is reported with the order as it left it", async () => {
    const { stand, alice, reports, messages } = await listening();
    await alice.place({ newClientOrderId: "a", quantity: 2 });
    stand.exchange.setMarket("BTCUSDT", [], [{ price: decimal("39000"), quantity: decimal("0.5") }]);
    await alice.signed("DELETE", "/api/v3/order", { symbol: "BTCUSDT", orderId: 1000, newClientOrderId: "x" });
    await expect.poll(() => reports().length, patience).toBe(3);
    const [placed, filled, cancelled] = reports();
    const common = { s: "BTCUSDT", i: 1000, o: "LIMIT", f: "GTC", S: "BUY", q: "2.00000000", p: "40000.00000000" };
    expect(placed).toMatchObject({
      ...common,
      c: "a",
      C: "",
      x: "NEW",
      X: "NEW",
      z: "0.00000000",
      t: -1,
      N: null,
      w: true,
    });
    expect(filled).toMatchObject({
      ...{
        ...common,
        c: "a",
        x: "TRADE",
        X: "PARTIALLY_FILLED",
        l: "0.50000000",
        z: "0.50000000",
        L: "40000.00000000",
      },
      ...{ n: "0.00050000", N: "BTC", t: 1, m: true, Z: "20000.00000000", Y: "20000.00000000" },
    });
    expect(cancelled).toMatchObject({
      ...common,
      c: "x",
      C: "a",
      x: "CANCELED",
      X: "CANCELED",
      z: "0.50000000",
      w: false,
    });
    const positions = messages.filter(
      ({ event }) => messageSchema.safeParse(event).data?.e === "outboundAccountPosition",
    );
    expect(positions.at(-1)).toMatchObject({
      event: { B: expect.arrayContaining([{ a: "USDT", f: "980000.00000000", l: "0.00000000" }]) },
    });
  });

  test("given a market order that exhausts the book, so its end says why", async () => {
    const { stand, alice, reports } = await listening();
    stand.exchange.setMarket("BTCUSDT", [], [{ price: decimal("50000"), quantity: decimal("0.5") }]);
    await alice.market();
    await expect.poll(() => reports().length, patience).toBe(3);
    expect(reports().map(({ x, X, eR }) => [x, X, eR])).toEqual([
      ["NEW", "NEW", undefined],
      ["TRADE", "PARTIALLY_FILLED", undefined],
      ["EXPIRED", "EXPIRED", "INSUFFICIENT_LIQUIDITY"],
    ]);
  });

  test("given reports that are dropped, doubled and reordered, so that is how they come", async () => {
    const { stand, alice, bob, reports } = await listening();
    stand.reportFaults.queue("REPORT_DROPPED", 2);
    stand.reportFaults.queue("REPORT_DUPLICATED");
    stand.reportFaults.queue("REPORTS_REORDERED");
    for (const id of ["a", "b", "c", "d", "e", "f"]) await alice.place({ newClientOrderId: id });
    await bob.place({ newClientOrderId: "g" });
    await expect.poll(() => reports().length, patience).toBe(5);
    expect(reports().map(({ c }) => c)).toEqual(["c", "c", "e", "d", "f"]);
  });

  test("given streams that are cut, or refused when they are asked for, so whoever listens is told by the connection", async () => {
    const { stand, ended } = await listening();
    stand.cutStreams();
    await ended;
    stand.faults.queue({ on: "STREAM", fault: namedFaults.cutBefore });
    stand.faults.queue({ on: "STREAM", fault: namedFaults.serverErrorBefore });
    expect([(await connect(stand)).state, (await connect(stand)).state]).toEqual(["refused", "refused"]);
    expect((await connect(stand)).state).toBe("open");
    expect(stand.requests.STREAM).toBe(4);
  });
});
