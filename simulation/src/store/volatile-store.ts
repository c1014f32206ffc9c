import { type Clock, type CommitResult, type OrderChange, type Store, SurefillError } from "@surefill/core";

/** What becomes of one flush. */
export interface FlushFate {
  /** From the first change in it to the moment it is durable. */
  readonly durableAfterMs: number;
  /** From then to the moment its callers hear of it. */
  readonly toldAfterMs: number;
  /** LOST: nothing became durable. UNTOLD: all of it did. In both cases the callers hear that nobody knows. */
  readonly kind: "WRITTEN" | "LOST" | "UNTOLD";
}

/** Where a flush's fate comes from, and who hears what became durable. */
export interface VolatileOptions {
  readonly clock: Clock;
  readonly fate: () => FlushFate;
  /** Called in the moment in which a change is judged, before its caller knows. */
  readonly onJudged?: (change: OrderChange, result: CommitResult | "REFUSED") => void;
  /** A plant's way to judge a batch wrongly; see simulation/plants. */
  readonly judge?: (batch: readonly OrderChange[], results: readonly CommitResult[]) => readonly CommitResult[];
}

interface Waiting {
  readonly change: OrderChange;
  readonly answer: PromiseWithResolvers<CommitResult>;
}

/**
 * A store of one process, whose commits are written in groups and are durable only when their group is: whatever was
 * asked for meanwhile waits for the next group. A process that dies loses what was not written.
 */
export interface VolatileStore extends Store {
  /** The process is gone: nothing that still waits will be written. `inFlight`: whether the group under way will be. */
  lose(inFlight: "WRITTEN" | "LOST"): void;
}

export function volatileStore(durable: Store, options: VolatileOptions): VolatileStore {
  const { clock, fate, onJudged, judge } = options;
  let waiting: Waiting[] = [];
  let isFlushing = false;
  let isLost = false;
  let isClosed = false;
  let underWay: "WRITTEN" | "LOST" = "WRITTEN";
  let idle = Promise.withResolvers<void>();

  async function flushAll(): Promise<void> {
    isFlushing = true;
    while (waiting.length > 0 && !isLost) {
      const group = waiting;
      waiting = [];
      await flush(group, fate());
    }
    isFlushing = false;
    idle.resolve();
    idle = Promise.withResolvers<void>();
  }

  async function flush(group: readonly Waiting[], { kind, durableAfterMs, toldAfterMs }: FlushFate): Promise<void> {
    await clock.sleep(durableAfterMs);
    if (kind === "LOST" || underWay === "LOST") {
      await clock.sleep(toldAfterMs);
      for (const { answer } of group) answer.reject(unavailable("the connection broke before the commit"));
      return;
    }
    // Each is told of before anything else can happen: who looks at the store then knows of all that is in it.
    const commit = ({ change }: Waiting) =>
      durable.orders.commit(change).then(
        (result) => {
          onJudged?.(change, result);
          return result;
        },
        (error: unknown) => {
          onJudged?.(change, "REFUSED");
          throw error;
        },
      );
    const results = await Promise.allSettled(group.map(commit));
    await clock.sleep(toldAfterMs);
    tell(group, results, kind);
  }

  function tell(
    group: readonly Waiting[],
    results: readonly PromiseSettledResult<CommitResult>[],
    kind: FlushFate["kind"],
  ) {
    const honest = results.map((result) =>
      result.status === "fulfilled" ? result.value : ({ kind: "STALE_VERSION" } as const),
    );
    const told =
      judge?.(
        group.map(({ change }) => change),
        honest,
      ) ?? honest;
    group.forEach(({ answer }, index) => {
      const result = results[index];
      const verdict = told[index];
      if (kind === "UNTOLD") answer.reject(unavailable("the connection broke after the commit"));
      else if (result?.status === "rejected") answer.reject(result.reason);
      else if (verdict !== undefined) answer.resolve(verdict);
    });
  }

  return {
    ...durable,
    orders: {
      ...durable.orders,
      commit(change) {
        if (isClosed) return Promise.reject(unavailable("the store is closed"));
        const answer = Promise.withResolvers<CommitResult>();
        waiting.push({ change, answer });
        if (!isFlushing) void flushAll();
        return answer.promise;
      },
    },
    async close() {
      isClosed = true;
      if (isFlushing) await idle.promise;
      await durable.close();
    },
    lose(inFlight) {
      isLost = true;
      underWay = inFlight;
      waiting = [];
    },
  };
}

function unavailable(message: string): SurefillError {
  return new SurefillError("STORE_UNAVAILABLE", message);
}
