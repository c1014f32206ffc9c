import { Worker } from "node:worker_threads";
import type { SurefillError } from "@surefill/core";
import { unavailable } from "./open-database.ts";
import { openedId, type WorkerCalls, type WorkerReply, type WorkerRequest } from "./worker-protocol.ts";

interface Pending {
  readonly resolve: (answer: WorkerCalls[keyof WorkerCalls]["answer"]) => void;
  readonly reject: (error: SurefillError) => void;
}

/** The worker thread that writes, seen from the thread that asks. A thread that dies is replaced at the next request. */
export class WriterThread {
  readonly #file: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Promise<Worker> | undefined;
  /** The same, once its database is open. */
  #ready: Worker | undefined;
  #lastId: number = openedId;

  private constructor(file: string) {
    this.#file = file;
  }

  /** @throws SurefillError STORE_UNAVAILABLE if the thread can't open the database. */
  static async open(file: string): Promise<WriterThread> {
    const thread = new WriterThread(file);
    await thread.#running();
    return thread;
  }

  /** @throws SurefillError STORE_UNAVAILABLE if the database can't do it; whether it did is then unknown. */
  async call<K extends keyof WorkerCalls>(
    kind: K,
    request: WorkerCalls[K]["request"],
  ): Promise<WorkerCalls[K]["answer"]> {
    // No await where the thread runs: the request leaves in the same turn.
    const worker = this.#ready ?? (await this.#running());
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = this.#expect(id);
    worker.postMessage({ id, kind, request } as WorkerRequest);
    return (await answer) as WorkerCalls[K]["answer"];
  }

  /** Lets the requests under way finish and ends the thread. */
  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    const worker = await this.#worker;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    await this.call("close", undefined);
    await ended;
  }

  #running(): Promise<Worker> {
    this.#worker ??= this.#start();
    return this.#worker;
  }

  async #start(): Promise<Worker> {
    const worker = new Worker(new URL("./worker-thread.ts", import.meta.url), { workerData: this.#file });
    const opened = this.#expect(openedId);
    worker.on("message", (reply: WorkerReply) => this.#take(reply));
    worker.on("error", (error) => this.#lose(error));
    worker.on("exit", () => this.#lose(new Error("its thread ended")));
    await opened;
    this.#ready = worker;
    return worker;
  }

  #expect(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #take(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ("error" in reply) pending?.reject(unavailable(this.#file, new Error(reply.error)));
    else pending?.resolve(reply.answer);
  }

  #lose(cause: Error): void {
    this.#worker = undefined;
    this.#ready = undefined;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    const error: SurefillError = unavailable(this.#file, cause);
    for (const { reject } of lost) reject(error);
  }
}
