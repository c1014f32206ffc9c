// HTTP/1.1 and HTTP/2 on one cleartext port. With TLS, ALPN tells the two apart; without, the first bytes do: every
// HTTP/2 connection opens with the same preface (RFC 9113, 3.4), which is no HTTP/1.1 request.
import type { Server as Http1Server } from "node:http";
import type { Http2Server } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export interface Polyport {
  /** Accepts connections; not listening yet. Its "close" event comes when the last connection has ended. */
  readonly server: Server;
  /** Accepts no more connections and drops those that have not said what they speak. */
  readonly stopAccepting: () => void;
  /** Destroys every connection there is. */
  readonly destroyConnections: () => void;
}

/**
 * Hands each connection to `http1` or `http2` by its first bytes. Neither of these listens itself. A connection that
 * has not told within `firstBytesMsMax` is dropped, as are those beyond `connectionsMax`.
 */
export function createPolyport(
  http1: Http1Server,
  http2: Http2Server,
  { firstBytesMsMax, connectionsMax }: { readonly firstBytesMsMax: number; readonly connectionsMax: number },
): Polyport {
  const undecided = new Set<Socket>();
  const connections = new Set<Socket>();

  const server = createServer({ noDelay: true }, (socket) => {
    undecided.add(socket);
    connections.add(socket);
    const timer = setTimeout(drop, firstBytesMsMax);
    let first: Buffer = Buffer.alloc(0);
    socket.on("error", drop).on("readable", decide);
    socket.once("end", drop);
    socket.once("close", () => {
      clearTimeout(timer);
      undecided.delete(socket);
      connections.delete(socket);
    });

    function drop(): void {
      socket.destroy();
    }

    function decide(): void {
      const bytes: Buffer | null = socket.read();
      if (bytes === null) return;
      first = Buffer.concat([first, bytes]);
      const seen = Math.min(first.length, preface.length);
      const isHttp2 = first.subarray(0, seen).equals(preface.subarray(0, seen));
      if (isHttp2 && seen < preface.length) return;
      clearTimeout(timer);
      undecided.delete(socket);
      socket.off("error", drop).off("end", drop).off("readable", decide);
      socket.unshift(first);
      (isHttp2 ? http2 : http1).emit("connection", socket);
    }
  });
  server.maxConnections = connectionsMax;
  // http.Server arms its slow-client timeouts and its list of connections when it starts to listen.
  http1.emit("listening");

  return {
    server,
    stopAccepting: () => {
      server.close();
      for (const socket of undecided) socket.destroy();
    },
    destroyConnections: () => {
      for (const socket of connections) socket.destroy();
    },
  };
}
