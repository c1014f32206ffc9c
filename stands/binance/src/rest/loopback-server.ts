import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { setTimeout } from "node:timers/promises";
import type { Random } from "@surefill/core";

/**
 * Below the ports that the machine gives to connections that leave it, so that nobody takes ours while we are down: that
 * is what makes an outage one in which connections are refused.
 */
const [lowestPort, portCount] = [20_000, 12_000];
/** The next one to try: a process gives no port to two stands, for clients keep connections by it. */
let nextPort: number | undefined;
const attemptsMax = 100;
const retryMs = 50;

/** A server on a loopback port that it can leave and take again. */
export class LoopbackServer {
  readonly server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.#port = port;
  }

  /** Port 0 is any that is free. @throws Error if the port is taken. */
  static async start(
    handle: RequestListener,
    { port, random }: { readonly port: number; readonly random: Random },
  ): Promise<LoopbackServer> {
    const server = createServer({ keepAliveTimeout: 60_000 }, handle);
    for (let attempt = 1; ; attempt += 1) {
      const candidate = port === 0 ? portAfter(random) : port;
      try {
        await listen(server, candidate);
        return new LoopbackServer(server, candidate);
      } catch (error) {
        if (port !== 0 || attempt === attemptsMax) throw error;
      }
    }
  }

  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.server.listening;
  }

  /** Lets go of the port and of every connection. */
  async leave(): Promise<void> {
    if (!this.isUp) return;
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** Takes the same port again. */
  async takeAgain(): Promise<void> {
    for (let attempt = 1; !this.isUp; attempt += 1) {
      try {
        await listen(this.server, this.#port);
      } catch (error) {
        if (attempt === attemptsMax) throw error;
        // Of real time, whatever the exchange's clock is: a port is a thing of the machine.
        await setTimeout(retryMs);
      }
    }
  }
}

/** In turn from a first one by chance. */
function portAfter(random: Random): number {
  const first = nextPort ?? lowestPort + Math.floor(random.unit() * portCount);
  nextPort = first + 1 < lowestPort + portCount ? first + 1 : lowestPort;
  return first;
}

async function listen(server: Server, port: number): Promise<void> {
  const failed = Promise.withResolvers<never>();
  const fail = (error: Error) => failed.reject(error);
  server.once("error", fail);
  try {
    server.listen(port, "127.0.0.1");
    await Promise.race([once(server, "listening"), failed.promise]);
  } finally {
    server.off("error", fail);
  }
}
