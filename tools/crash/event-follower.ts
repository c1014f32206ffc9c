import type { Client } from "@connectrpc/connect";
import type { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import type { Order } from "@surefill/contracts/surefill/v1/order";

type Execution = Client<typeof ExecutionService>;

const reconnectMs = 100;
const catchUpMsMax = 30_000;
const lookEveryMs = 200;
const historyMax = 1_000;

/** A client that follows every event over all the blows: it resumes behind what it saw last, at the next server. */
export class EventFollower {
  readonly #servers: readonly Execution[];
  readonly #seen = new Set<string>();
  readonly #stop = new AbortController();
  #cursor = "";
  #resumed = 0;

  private constructor(servers: readonly Execution[]) {
    this.#servers = servers;
  }

  /** Resolves once the stream has begun: from then on it misses nothing. */
  static async start(servers: readonly Execution[]): Promise<EventFollower> {
    const follower = new EventFollower(servers);
    const begun = Promise.withResolvers<void>();
    void follower.#follow(begun.resolve);
    await begun.promise;
    return follower;
  }

  /** How often the stream was taken up again. */
  get resumed(): number {
    return this.#resumed;
  }

  /** Events in the histories of `orders` that did not come, once those that still come have had their time; then it ends. */
  async missed(server: Execution, orders: readonly Order[]): Promise<readonly string[]> {
    const recorded = await recordedEvents(server, orders);
    const missing = () => recorded.filter((event) => !this.#seen.has(event));
    const deadlineMs = performance.now() + catchUpMsMax;
    while (missing().length > 0 && performance.now() < deadlineMs) await sleep(lookEveryMs);
    this.close();
    return missing();
  }

  close(): void {
    this.#stop.abort();
  }

  async #follow(begun: () => void): Promise<void> {
    for (let connection = 0; !this.#stop.signal.aborted; connection += 1) {
      const server = this.#servers[connection % this.#servers.length];
      try {
        const stream = server?.watchOrders({ resumeCursor: this.#cursor }, { signal: this.#stop.signal }) ?? [];
        for await (const { message } of stream) {
          begun();
          if (message.case === "heartbeat") this.#cursor = message.value.cursor;
          const event = message.case === "event" ? message.value.event : undefined;
          if (event === undefined) continue;
          this.#seen.add(nameOf(event));
          this.#cursor = event.cursor;
        }
      } catch {
        // Broken or refused: whatever it was, it is taken up again behind the last event.
      }
      this.#resumed += 1;
      await sleep(reconnectMs);
    }
  }
}

async function recordedEvents(server: Execution, orders: readonly Order[]): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { orderId } of orders) {
    const { events } = await server.listOrderEvents({ orderId, pageSize: historyMax });
    names.push(...events.map(nameOf));
  }
  return names;
}

interface NamedEvent {
  readonly orderId: string;
  readonly version: number;
  readonly type: string;
  readonly cause: string;
}

function nameOf({ orderId, version, type, cause }: NamedEvent): string {
  return `${orderId} v${version} ${type} ${cause}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
