import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { accountId, type Clock, type Log, SurefillError } from "@surefill/core";
import { ConnectionError } from "../connection-error.ts";
import type { Exchange } from "../exchange.ts";
import { routeOf, routes } from "./routes.ts";
import type { Identity } from "./wire.ts";

const host = "127.0.0.1";
const connectionsMax = 1_024;
const streamsMax = 64;
const bodyBytesMax = 64 * 1024;
/** Longer than any member keeps an idle connection, so that no request meets one that is just being closed. */
const keepAliveMs = 120_000;

/** What a host is run with. */
export interface HostOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Of the settings: members with others don't trade here. */
  readonly fingerprint: string;
  /** Between two signs of life on a stream of reports. */
  readonly heartbeatMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** An exchange behind a port of this machine. Whoever has the port has the exchange: the port is the lock. */
export class ExchangeHost {
  readonly exchange: Exchange;
  readonly port: number;
  readonly #server: Server;

  private constructor(exchange: Exchange, port: number, server: Server) {
    this.exchange = exchange;
    this.port = port;
    this.#server = server;
  }

  /**
   * Takes the port, then opens the exchange; requests wait for it. Undefined if somebody else has the port.
   * @throws whatever `open` throws, the port being free again.
   */
  static async start(open: () => Promise<Exchange>, options: HostOptions): Promise<ExchangeHost | undefined> {
    const opening = Promise.withResolvers<Exchange>();
    // Without a request that waits nobody else would hear of a failure.
    opening.promise.catch(() => {});
    const server = createServer({ keepAliveTimeout: keepAliveMs }, new Reception(opening.promise, options).listener);
    server.maxConnections = connectionsMax;
    const port = await listen(server, options.port);
    if (port === undefined) return undefined;
    try {
      const exchange = await open();
      opening.resolve(exchange);
      options.log.info({ port }, "this process hosts the simulated exchange");
      return new ExchangeHost(exchange, port, server);
    } catch (error) {
      opening.reject(new ConnectionError("MAYBE", "the exchange does not open", { cause: error }));
      await closeServer(server);
      throw error;
    }
  }

  /** Closes the exchange first, so that nothing is written any more when the next host can have the port. */
  async close(): Promise<void> {
    await this.exchange.close();
    await closeServer(this.#server);
  }
}

/** The port that `server` listens on now, or undefined if it is taken. */
async function listen(server: Server, port: number): Promise<number | undefined> {
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return undefined;
    const text = `port ${port} can't be bound (${error instanceof Error ? error.message : error}); give another one`;
    throw new SurefillError("CONFIG_INVALID", text, { context: { field: "exchange.port" }, cause: error });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Answers requests: questions from the table of routes, and streams of reports. */
class Reception {
  readonly #opening: Promise<Exchange>;
  readonly #options: HostOptions;
  #streams = 0;

  constructor(opening: Promise<Exchange>, options: HostOptions) {
    this.#opening = opening;
    this.#options = options;
  }

  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    this.#answer(request, response).catch((error: unknown) => {
      this.#options.log.error({ error, method: request.method, url: request.url }, "the exchange could not answer");
      response.destroy();
    });
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Pages in a browser can send requests to this machine; members are no browsers.
    if (request.headers.origin !== undefined) return send(response, 403, { message: "not for browsers" });
    const url = new URL(request.url ?? "/", `http://${host}`);
    const { name, account } = routeOf(request.method ?? "", url.pathname);
    if (name === "GET /exchange") {
      const identity: Identity = { exchange: "surefill-sim", fingerprint: this.#options.fingerprint };
      return send(response, 200, identity);
    }
    const body = await readBody(request);
    if (body === undefined) return send(response, 413, { message: `more than ${bodyBytesMax} bytes` });
    try {
      const exchange = await this.#opening;
      if (name === "GET /accounts/:account/reports") return await this.#stream(exchange, account, response);
      const route = routes[name];
      if (route === undefined) return send(response, 404, { message: `no ${name}` });
      const { signal: gone } = goneWith(response);
      send(response, 200, await route(exchange, { account, parameters: url.searchParams, body, gone }));
    } catch (error) {
      if (error instanceof RangeError) return send(response, 400, { message: error.message });
      if (error instanceof ConnectionError) return send(response, 503, { message: error.message });
      throw error;
    }
  }

  /** One report a line, an empty line as a sign of life; ends with the exchange, breaks for a listener too slow. */
  async #stream(exchange: Exchange, account: string, response: ServerResponse): Promise<void> {
    if (this.#streams >= streamsMax) return send(response, 503, { message: `${streamsMax} streams are open` });
    const gone = goneWith(response);
    const reports = exchange.reports(accountId(account), gone.signal);
    this.#streams += 1;
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write("\n");
    const beating = this.#beat(response, gone.signal);
    try {
      for await (const report of reports) {
        if (!response.write(`${JSON.stringify(report)}\n`)) await once(response, "drain", { signal: gone.signal });
      }
      response.end();
    } catch {
      response.destroy();
    } finally {
      gone.abort();
      this.#streams -= 1;
      await beating;
    }
  }

  async #beat(response: ServerResponse, gone: AbortSignal): Promise<void> {
    const { clock, heartbeatMs } = this.#options;
    while (!gone.aborted) {
      await clock.sleep(heartbeatMs, gone);
      if (!gone.aborted && !response.writableNeedDrain) response.write("\n");
    }
  }
}

function goneWith(response: ServerResponse): AbortController {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return gone;
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  const body = JSON.stringify(answer);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
