import { parentPort, workerData } from "node:worker_threads";
import { plants } from "../../plants/index.ts";
import { runSeed, type SeedResult } from "./run-seed.ts";

/** What a worker is asked for: one run. */
export interface Task {
  readonly seed: number;
  /** The planted bug's name. */
  readonly plant?: string;
}

export type Answer = { readonly result: SeedResult } | { readonly failure: string };

/** What a worker is hired with. */
export interface WorkerTerms {
  /** Stacks tell where an error comes from, and cost a tenth of the time. */
  readonly keepsStacks: boolean;
}

const { keepsStacks }: WorkerTerms = workerData;
if (!keepsStacks) Error.stackTraceLimit = 0;

parentPort?.on("message", ({ seed, plant }: Task) => {
  const planted = plants.find(({ name }) => name === plant);
  runSeed(seed, planted).then(
    (result) => parentPort?.postMessage({ result } satisfies Answer),
    (error: unknown) => {
      const failure = `seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`;
      parentPort?.postMessage({ failure } satisfies Answer);
    },
  );
});
