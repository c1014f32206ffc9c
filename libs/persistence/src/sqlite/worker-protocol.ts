import type { LeaseAnswer } from "@surefill/core";
import type { ChangeAnswer, ChangeMessage } from "./change-message.ts";
import type { LeaseCall } from "./lease-writer.ts";

/** What the worker thread can be asked, and what it answers. */
export interface WorkerCalls {
  readonly write: { readonly request: readonly ChangeMessage[]; readonly answer: readonly ChangeAnswer[] };
  readonly acquire: { readonly request: LeaseCall & { readonly ttlMs: number }; readonly answer: LeaseAnswer };
  readonly release: { readonly request: LeaseCall; readonly answer: undefined };
  /** Closes the database; the thread then ends. */
  readonly close: { readonly request: undefined; readonly answer: undefined };
}

export type WorkerRequest = {
  readonly [K in keyof WorkerCalls]: {
    readonly id: number;
    readonly kind: K;
    readonly request: WorkerCalls[K]["request"];
  };
}[keyof WorkerCalls];

export type WorkerReply =
  | { readonly id: number; readonly answer: WorkerCalls[keyof WorkerCalls]["answer"] }
  | { readonly id: number; readonly error: string };

/** The id of the worker's first message: the database is open, or why it is not. */
export const openedId = 0;
