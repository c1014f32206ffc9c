import { Worker } from "node:worker_threads";
import type { SeedResult } from "./run-seed.ts";
import type { Answer, Task, WorkerTerms } from "./worker.ts";

interface Member {
  readonly worker: Worker;
  busy: PromiseWithResolvers<SeedResult> | undefined;
}

/** Threads that run seeds side by side; a run depends on its seed alone, so that it does not matter which runs where. */
export class Crew {
  readonly #members: readonly Member[];
  readonly #waiting: { readonly task: Task; readonly answer: PromiseWithResolvers<SeedResult> }[] = [];

  constructor(size: number, terms: WorkerTerms = { keepsStacks: false }) {
    this.#members = Array.from({ length: size }, () => this.#hire(terms));
  }

  get size(): number {
    return this.#members.length;
  }

  /** @throws Error if the run could not be run, which is a bug of the simulation. */
  run(task: Task): Promise<SeedResult> {
    const answer = Promise.withResolvers<SeedResult>();
    this.#waiting.push({ task, answer });
    this.#assign();
    return answer.promise;
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  #hire(terms: WorkerTerms): Member {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: terms });
    const member: Member = { worker, busy: undefined };
    const settle = (settled: (busy: PromiseWithResolvers<SeedResult>) => void) => {
      const { busy } = member;
      member.busy = undefined;
      if (busy !== undefined) settled(busy);
      this.#assign();
    };
    worker.on("message", (answer: Answer) =>
      settle((busy) => ("result" in answer ? busy.resolve(answer.result) : busy.reject(new Error(answer.failure)))),
    );
    worker.on("error", (error) => settle((busy) => busy.reject(error)));
    return member;
  }

  #assign(): void {
    for (const member of this.#members) {
      if (member.busy !== undefined) continue;
      const next = this.#waiting.shift();
      if (next === undefined) return;
      member.busy = next.answer;
      member.worker.postMessage(next.task);
    }
  }
}
