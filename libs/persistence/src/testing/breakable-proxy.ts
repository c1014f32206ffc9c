import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to Postgres that a test can break. */
export interface BreakableProxy {
  /** The url of the database through the proxy. */
  readonly url: string;
  /** From now on what the database answers does not arrive. */
  loseAnswers(): void;
  /** Ends every connection at once; new ones work as ever, unless `refused`. */
  breakConnections(): void;
  /** While true, new connections end at once. */
  refused: boolean;
  /** Ends of connections that are open, on both sides. */
  readonly open: number;
  close(): Promise<void>;
}

/** A proxy before the database at `target`, a postgresql:// url. */
export async function breakableProxy(target: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let answersAreLost = false;
  const server: Server = createServer((client) => {
    if (proxy.refused) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port || "5432"), hostname);
    client.on("data", (data) => upstream.write(data));
    upstream.on("data", (data) => {
      if (!answersAreLost) client.write(data);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = new URL(target);
  url.host = `127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`;
  const proxy: BreakableProxy = {
    url: url.href,
    refused: false,
    get open() {
      return sockets.size;
    },
    loseAnswers() {
      answersAreLost = true;
    },
    breakConnections() {
      for (const socket of sockets) socket.destroy();
      answersAreLost = false;
    },
    async close() {
      proxy.breakConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
