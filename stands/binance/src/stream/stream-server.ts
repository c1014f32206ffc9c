import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { AccountId } from "@surefill/core";
import { WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import type { SpotExchange } from "../exchange/spot-exchange.ts";
import { refuse, SpotRefusal } from "../exchange/spot-refusal.ts";
import { wireDecimal } from "../exchange/wire-decimal.ts";
import type { FaultBox } from "../fault/fault-box.ts";
import type { Authentication } from "../rest/authenticate.ts";
import { Parameters } from "../rest/parameters.ts";
import { executionReport } from "./execution-report.ts";
import { ReportFaults } from "./report-faults.ts";

const requestSchema = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  method: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
type Request = z.output<typeof requestSchema>;

interface Connection {
  readonly socket: WebSocket;
  readonly subscriptions: Map<AccountId, number>;
}

interface Report {
  readonly account: AccountId;
  readonly event: object;
}

const messageBytesMax = 64 * 1024;
/** What a listener may leave unread before it is cut off. */
const unreadBytesMax = 8 * 1024 * 1024;

interface StreamPorts {
  readonly exchange: SpotExchange;
  readonly authentication: Authentication;
  readonly faults: FaultBox;
}

/** Binance's WebSocket API as far as the user data stream needs it: subscriptions by signature, and their events. */
export class StreamServer {
  readonly reportFaults = new ReportFaults<Report>();
  readonly #ports: StreamPorts;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: messageBytesMax });
  readonly #connections = new Set<Connection>();
  #executions = 0;
  #subscriptions = 0;
  #connected = 0;

  constructor(ports: StreamPorts) {
    this.#ports = ports;
    ports.exchange.listen((event, order) => {
      this.#executions += 1;
      const { account, symbol } = order.accepted;
      const report = executionReport(event, order, this.#executions);
      const position = this.#position(account, symbol);
      return () => {
        for (const passed of this.reportFaults.pass({ account, event: report })) this.#publish(passed);
        this.#publish({ account, event: position });
      };
    });
  }

  /** Connections that were asked for. */
  get connectionCount(): number {
    return this.#connected;
  }

  get subscriptionCount(): number {
    return [...this.#connections].reduce((count, { subscriptions }) => count + subscriptions.size, 0);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#connected += 1;
    socket.on("error", () => {});
    const fault = this.#ports.faults.next({ operation: "STREAM", account: undefined });
    if (fault?.kind === "SILENT") return;
    if (fault?.kind === "ANSWERED")
      return void socket.end(`HTTP/1.1 ${fault.status} Fault\r\nconnection: close\r\n\r\n`);
    if (fault !== undefined) return void socket.destroy();
    this.#server.handleUpgrade(request, socket, head, (accepted) => this.#accept(accepted));
  }

  /** Breaks every connection. */
  cut(): void {
    for (const { socket } of this.#connections) socket.terminate();
    this.#connections.clear();
  }

  #accept(socket: WebSocket): void {
    const connection: Connection = { socket, subscriptions: new Map() };
    this.#connections.add(connection);
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#connections.delete(connection));
    socket.on("message", (message) => socket.send(JSON.stringify(this.#answer(connection, String(message)))));
  }

  #answer(connection: Connection, message: string): object {
    const request = requestSchema.safeParse(jsonOf(message));
    if (!request.success) return { id: null, status: 400, error: { code: -1135, msg: "Invalid JSON Request" } };
    const { id } = request.data;
    try {
      return { id, status: 200, result: this.#perform(connection, request.data), rateLimits: [] };
    } catch (error) {
      if (!(error instanceof SpotRefusal)) throw error;
      return { id, status: error.status, error: { code: error.code, msg: error.message }, rateLimits: [] };
    }
  }

  #perform({ subscriptions }: Connection, { method, params }: Request): object {
    switch (method) {
      case "ping":
        return {};
      case "time":
        return { serverTime: this.#ports.exchange.now() };
      case "userDataStream.subscribe.signature":
        return this.#subscribe(subscriptions, params);
      case "userDataStream.unsubscribe":
        subscriptions.clear();
        return {};
      default:
        throw new SpotRefusal(-1100, `Illegal characters found in parameter 'method'.`);
    }
  }

  /** Signed over the parameters in the order of their names. */
  #subscribe(subscriptions: Map<AccountId, number>, params: Request["params"]): object {
    const { exchange, authentication } = this.#ports;
    const query = Object.keys(params)
      .sort()
      .map((name) => `${name}=${params[name]}`)
      .join("&");
    const parameters = new Parameters(query, "");
    const apiKey = parameters.required("apiKey");
    const { account } = authentication.check({ apiKey, query, body: "" }, parameters, "USER_DATA", exchange.now());
    parameters.finish();
    if (subscriptions.has(account)) throw new SpotRefusal(-2035, "User Data Stream subscription already active.");
    if (subscriptions.size >= 1_000) throw refuse.combination();
    const subscriptionId = this.#subscriptions;
    this.#subscriptions += 1;
    subscriptions.set(account, subscriptionId);
    return { subscriptionId };
  }

  #publish({ account, event }: Report): void {
    for (const { socket, subscriptions } of this.#connections) {
      const subscriptionId = subscriptions.get(account);
      if (subscriptionId === undefined || socket.readyState !== WebSocket.OPEN) continue;
      if (socket.bufferedAmount > unreadBytesMax) socket.terminate();
      else socket.send(JSON.stringify({ subscriptionId, event }));
    }
  }

  #position(account: AccountId, symbol: string) {
    const { exchange } = this.#ports;
    const listed = exchange.settings.symbols.find((candidate) => candidate.symbol === symbol);
    const at = exchange.now();
    const balances = exchange
      .balances(account)
      .filter(({ asset }) => asset === listed?.base || asset === listed?.quote || asset === "BNB")
      .map(({ asset, free, locked }) => ({ a: asset, f: wireDecimal(free), l: wireDecimal(locked) }));
    return { e: "outboundAccountPosition", E: at, u: at, B: balances };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
