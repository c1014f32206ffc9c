import { Code, ConnectError } from "@connectrpc/connect";

/** How long a call is repeated: longer than blows fall in any run, for a halt's answer may wait for the last of them. */
const patienceMsMax = 600_000;
const backoffMs = { first: 50, max: 500 } as const;

/** Ends of a call that say nothing about what it was to do, so that it is repeated; ABORTED is a broken connection's. */
const saysNothing: ReadonlySet<Code> = new Set([
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Canceled,
  Code.Aborted,
  Code.ResourceExhausted,
]);

/** Calls as a user would make them: what says nothing is repeated, at the next server if there is one. */
export class Patience<Server> {
  readonly #servers: readonly Server[];
  #next = 0;
  #repeats = 0;
  #msMax = patienceMsMax;

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  /** Calls that were repeated. */
  get repeats(): number {
    return this.#repeats;
  }

  /** No call is repeated any more. */
  giveUp(): void {
    this.#msMax = 0;
  }

  /** What `call` gives in the end. @throws what it threw last, once repeating can't help or patience is at its end. */
  async repeat<T>(call: (server: Server) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    let waitMs: number = backoffMs.first;
    for (;;) {
      const server = this.#servers[this.#next % this.#servers.length];
      if (server === undefined) throw new Error("no server");
      try {
        return await call(server);
      } catch (error) {
        const isOver = performance.now() - startedMs > this.#msMax;
        if (isOver || !saysNothing.has(ConnectError.from(error).code)) throw error;
        this.#repeats += 1;
        this.#next += 1;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        waitMs = Math.min(waitMs * 2, backoffMs.max);
      }
    }
  }
}
