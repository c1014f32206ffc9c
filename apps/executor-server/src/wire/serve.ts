import { once, setMaxListeners } from "node:events";
import { createServer as createHttp1Server, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { Code, ConnectError, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { serveHealth } from "./health.ts";
import { httpHandler, refuseUnknownPath } from "./http-handler.ts";
import { assertLoopbackHost, isLoopbackHost } from "./loopback.ts";
import { createPolyport } from "./polyport.ts";
import { serveReflection } from "./reflection.ts";
import { explainUndecodable, jsonOptions, rememberingJson } from "./undecodable.ts";
import { unexpectedErrors } from "./unexpected.ts";
import { validation } from "./validate.ts";

export interface ServeOptions {
  /** An address of this machine alone, such as "127.0.0.1"; any other is refused. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /**
   * Registers the services. `draining` aborts when the server begins to close: streams without an end of their own
   * should end UNAVAILABLE then, or they keep it open for the whole grace.
   */
  readonly routes: (router: ConnectRouter, draining: AbortSignal) => void;
  /** Around every call, the first one outermost; inside of them, requests are validated. */
  readonly interceptors?: readonly Interceptor[];
  /** How long running calls may still take when the server closes, in milliseconds. */
  readonly graceMs: number;
  readonly log: ServeLog;
  /** How long a connection may take to say what it speaks and then to send a request's headers, in milliseconds. */
  readonly slowClientMsMax?: number;
}

/** The part of a pino logger that the wire uses. */
export interface ServeLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface RunningServer {
  /** Where it listens, such as "http://127.0.0.1:50051". */
  readonly url: string;
  /**
   * Turns health NOT_SERVING, takes no more calls, lets the running ones finish within the grace, then aborts what is
   * left with UNAVAILABLE. Resolves when every connection has ended. Calling it again gives the same promise.
   */
  readonly close: () => Promise<void>;
}

const messageBytesMax = 4 * 1024 * 1024;
// Timers overflow beyond 24.8 days and would fire at once; a call without a deadline may last as long as it likes.
const timeoutMsMax = 24 * 60 * 60 * 1000;
const slowClientMsMaxDefault = 10_000;
const requestMsMax = 30_000;
const slowClientCheckMs = 1_000;
const connectionsMax = 4_096;
const streamsPerConnectionMax = 1_000;
/** From the abort of the last calls, for their answers to be written, to the end of every connection. */
const abortMsMax = 1_000;

/**
 * Serves Connect, gRPC and gRPC-Web, health and reflection on one cleartext port of this machine. Unknown JSON fields
 * are refused, requests are validated by the rules of the contract, and bad ones are INVALID_ARGUMENT naming the field.
 * Throws where the host is not this machine's or the port is taken.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { host, port, log, graceMs, slowClientMsMax = slowClientMsMaxDefault } = options;
  assertLoopbackHost(host);
  const draining = new AbortController();
  const aborting = new AbortController();
  // Each running call listens to these.
  setMaxListeners(0, draining.signal, aborting.signal);

  const rpcHandler = connectNodeAdapter({
    routes: (router) => {
      options.routes(router, draining.signal);
      const services = [...new Set(router.handlers.map(({ service }) => service))];
      const names = services.map(({ typeName }) => typeName);
      serveHealth(router, names, draining.signal);
      serveReflection(router, [...new Set(router.handlers.map(({ service }) => service))]);
    },
    interceptors: [
      unexpectedErrors((err, rpc) => log.error({ err, rpc }, "unexpected error in a call")),
      ...(options.interceptors ?? []),
      validation(),
    ],
    requestGate: explainUndecodable,
    jsonOptions,
    readMaxBytes: messageBytesMax,
    // Within one machine, compressing an answer costs more than sending it.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    maxTimeoutMs: timeoutMsMax,
    shutdownSignal: aborting.signal,
    fallback: refuseUnknownPath,
  });
  const handler = httpHandler(
    (request, response) => rememberingJson(() => rpcHandler(request, response)),
    draining.signal,
  );

  const http1 = createHttp1Server(
    {
      headersTimeout: slowClientMsMax,
      requestTimeout: requestMsMax,
      connectionsCheckingInterval: Math.min(slowClientCheckMs, slowClientMsMax),
    },
    handler,
  );
  const http1Responses = new Set<ServerResponse>();
  http1.on("request", (_request, response) => {
    http1Responses.add(response);
    response.once("close", () => http1Responses.delete(response));
  });
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: streamsPerConnectionMax } }, handler);
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  const polyport = createPolyport(http1, http2, { firstBytesMsMax: slowClientMsMax, connectionsMax });
  const url = await listening();
  polyport.server.on("error", (err) => log.error({ err }, "the port failed"));

  let closed: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closed ??= close();
      return closed;
    },
  };

  async function listening(): Promise<string> {
    polyport.server.listen({ host, port });
    try {
      await once(polyport.server, "listening");
    } catch (error) {
      throw new Error(
        `Can't listen on ${host}:${port}. If another process has the port (ss -ltnp shows it), stop that one or choose another port.`,
        { cause: error },
      );
    }
    const { address, family, port: taken } = addressOf(polyport.server.address());
    if (!isLoopbackHost(address)) {
      polyport.server.close();
      throw new Error(`"${host}" resolves to ${address} here, which is not this machine alone; use "127.0.0.1".`);
    }
    return `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`;
  }

  async function close(): Promise<void> {
    log.info({ graceMs }, "closing: no more calls are taken");
    const ended = once(polyport.server, "close");
    draining.abort(new ConnectError("the server is shutting down. Repeat the call.", Code.Unavailable));
    polyport.stopAccepting();
    // GOAWAY: a session ends with its last stream. New ones are reset REFUSED_STREAM, which clients may send again.
    for (const session of sessions) session.close();
    http1.close();
    // HTTP/1.1 keeps a connection beyond its call otherwise.
    for (const response of http1Responses) if (!response.headersSent) response.setHeader("connection", "close");
    const abort = setTimeout(() => {
      log.warn({ graceMs }, "calls are running beyond the grace: aborted");
      aborting.abort(draining.signal.reason);
    }, graceMs);
    const destroy = setTimeout(() => {
      log.warn({}, "calls did not heed their abort: connections destroyed");
      polyport.destroyConnections();
    }, graceMs + abortMsMax);
    await ended;
    clearTimeout(abort);
    clearTimeout(destroy);
    log.info({}, "closed");
  }
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error(`not listening on TCP but on ${address}`);
  return address;
}
