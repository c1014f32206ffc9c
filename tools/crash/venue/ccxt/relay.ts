import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { LinePlan } from "../crash-venue.ts";
import { machineMs, type WireMessage } from "../wire-message.ts";

const host = "127.0.0.1";

export interface RelayOptions extends LinePlan {
  /** Where the exchange listens. */
  readonly exchangePort: number;
  /** How long a submission takes to the exchange and back, as long as nothing goes wrong there. */
  readonly flightMs: number;
  readonly onWire: (message: WireMessage) => void;
}

/**
 * The way of one process to an HTTP exchange: it passes on what comes, byte for byte and broken as it comes, and tells of
 * submissions. What has come in is on its way whatever becomes of its sender, as it is on a network.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #server: Server;

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: 120_000 }, (incoming, response) => {
      this.#take(incoming, response).catch(() => response.destroy());
    });
  }

  static async open(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options);
    relay.#server.listen({ host, port: options.port, exclusive: true });
    await once(relay.#server, "listening");
    return relay;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    // Who asked may be gone before the answer is.
    response.on("error", () => {});
    const body = await bodyOf(incoming);
    const submitKey = submitKeyOf(incoming, body);
    if (submitKey === undefined) return this.#pass(incoming, body, response, 0);
    this.#announce(submitKey, response);
    const halfWayMs = this.#options.flightMs / 2;
    await sleep(halfWayMs);
    await this.#pass(incoming, body, response, halfWayMs);
  }

  #announce(submitKey: string, response: ServerResponse): void {
    const { name: line, onWire } = this.#options;
    onWire({ kind: "ARRIVED", line, submitKey, atMs: machineMs() });
    response.once("close", () => onWire({ kind: "ENDED", line, submitKey, atMs: machineMs() }));
  }

  async #pass(incoming: IncomingMessage, body: Buffer, response: ServerResponse, backMs: number): Promise<void> {
    const { method = "GET", url = "/", headers } = incoming;
    // A connection of its own for each: none that the exchange has just closed.
    const passed = request({
      ...{ host, port: this.#options.exchangePort, agent: false, method, path: url },
      headers: { ...headers, connection: "close" },
    });
    passed.end(body);
    const [answered]: IncomingMessage[] = await once(passed, "response");
    if (answered === undefined) throw new Error("no response");
    await sleep(backMs);
    const { statusCode = 502, headers: told } = answered;
    response.writeHead(statusCode, { ...told, connection: "keep-alive" });
    // Rejects for an answer that has broken, however early.
    await pipeline(answered, response);
  }
}

/** The client order id of a request that places an order. */
function submitKeyOf({ method, url = "" }: IncomingMessage, body: Buffer): string | undefined {
  if (method !== "POST" || !url.startsWith("/api/v3/order")) return undefined;
  const [, query = ""] = url.split("?", 2);
  return new URLSearchParams(`${query}&${body}`).get("newClientOrderId") ?? undefined;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}
