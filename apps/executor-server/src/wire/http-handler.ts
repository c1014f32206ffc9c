import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { base64Decode } from "@bufbuild/protobuf/wire";
import { cors } from "@connectrpc/connect";
import type { connectNodeAdapter } from "@connectrpc/connect-node";
import { hostOfAuthority, isLoopbackHost } from "./loopback.ts";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;
/** What an answer without a call needs of a response; Connect's own type for them fits only this. */
type Answer = Pick<Response, "statusCode" | "setHeader" | "end">;

/** How long a browser may remember a preflight's answer; Chromium takes no more. */
const preflightAgeSecondsMax = 7200;

/** How long an HTTP/1.1 client that was answered early may take to read the answer. */
const lingerMs = 500;

/**
 * What stands before the RPCs: answers preflights, and refuses what Connect would crash on or should never see.
 *
 * A loopback port is out of reach of other machines but not of web pages in this machine's browsers. So requests must
 * be addressed to a loopback host (a page whose name was rebound to 127.0.0.1 is not) and, where a browser says which
 * page sent them, come from a loopback origin.
 */
export function httpHandler(
  rpcHandler: ReturnType<typeof connectNodeAdapter>,
  draining: AbortSignal,
): (request: Request, response: Response) => void {
  return (request, response) => {
    endUploadWhenAnswered(request, response);
    bracketAuthority(request.headers);
    const refusal = draining.aborted ? shuttingDown : refusalOf(request);
    if (refusal) return refuse(response, refusal);
    const { origin } = request.headers;
    if (origin !== undefined) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-expose-headers", cors.exposedHeaders.join(", "));
      response.setHeader("vary", "origin");
      if (request.method === "OPTIONS") return answerPreflight(response);
    }
    rpcHandler(request, response);
  };
}

/** For paths that are no RPC; gRPC clients read 404 as UNIMPLEMENTED. */
export function refuseUnknownPath({ url = "" }: { readonly url?: string | undefined }, response: Answer): void {
  const message = `no RPC at ${url.slice(0, 200)}; reflection lists the services`;
  refuse(response, { status: 404, code: "unimplemented", message });
}

interface Refusal {
  readonly status: number;
  /** As Connect spells it. */
  readonly code: string;
  readonly message: string;
}

const shuttingDown: Refusal = {
  status: 503,
  code: "unavailable",
  message: "the server is shutting down. Repeat the call.",
};

function refusalOf(request: Request): Refusal | undefined {
  const { origin, host } = request.headers;
  const authority = request.headers[":authority"] ?? host;
  const hostname = typeof authority === "string" ? hostOfAuthority(authority) : undefined;
  if (hostname === undefined || !isLoopbackHost(hostname))
    return {
      status: 421,
      code: "permission_denied",
      message: "the Host header must name this machine: 127.0.0.1, [::1] or localhost",
    };
  if (origin !== undefined && !isLoopbackOrigin(origin))
    return { status: 403, code: "permission_denied", message: "web pages from other hosts may not call this server" };
  const url = URL.parse(request.url ?? "", "http://localhost");
  if (!url) return { status: 400, code: "invalid_argument", message: "the request's path is no URL" };
  if (url.searchParams.get("base64") === "1" && !isBase64(url.searchParams.get("message") ?? ""))
    return { status: 400, code: "invalid_argument", message: "message is not base64" };
  return undefined;
}

/**
 * A call can be answered before all of it has come, a message too large for one. Nobody reads the rest then, and its
 * stream or connection would stay for as long as the client tries to send it.
 */
function endUploadWhenAnswered(request: Request, response: Response): void {
  if ("stream" in request) {
    // The last frame but the trailers is out; the reset, which tells the client to stop, must come after these.
    request.stream.once("wantTrailers", () =>
      setImmediate(() => {
        if (request.complete) return;
        request.stream.close(constants.NGHTTP2_NO_ERROR);
        // A closed stream still waits for what it received to be read.
        request.stream.destroy();
      }),
    );
  } else {
    const { socket } = request;
    response.once("finish", () => {
      // HTTP/1.1 can't say stop. Cut at once, a client that is still sending might not get to read the answer.
      if (!request.complete) setTimeout(() => socket.destroy(), lingerMs);
    });
  }
}

/** Node's own HTTP/2 client writes the authority of http://[::1]:1 as "::1:1", which Connect takes for no URL. */
function bracketAuthority(headers: Request["headers"]): void {
  const authority = headers[":authority"];
  if (typeof authority === "string") headers[":authority"] = authority.replace(/^::1(?=:\d+$)/, "[::1]");
}

function isLoopbackOrigin(origin: string): boolean {
  const hostname = URL.parse(origin)?.hostname;
  return hostname !== undefined && isLoopbackHost(hostname);
}

function isBase64(text: string): boolean {
  try {
    base64Decode(text);
    return true;
  } catch {
    return false;
  }
}

function answerPreflight(response: Answer): void {
  response.statusCode = 204;
  response.setHeader("access-control-allow-methods", cors.allowedMethods.join(", "));
  response.setHeader("access-control-allow-headers", cors.allowedHeaders.join(", "));
  response.setHeader("access-control-max-age", preflightAgeSecondsMax);
  response.end();
}

/** Answers as Connect writes errors, so that every client of it and every reader of curl gets the message. */
function refuse(response: Answer, { status, code, message }: Refusal): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ code, message }));
}
