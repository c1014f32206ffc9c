import type { LeaseAnswer } from "@surefill/core";
import type { CancelAllTargetRow } from "../row/cancel-all-row.ts";
import type { EvidenceRow } from "../row/evidence-row.ts";
import type { UnmatchedFillRow } from "../row/unmatched-fill-row.ts";
import type { BeginAnswer, BeginCall, SavePartCall } from "./cancel-all-writer.ts";
import type { ChangeAnswer, ChangeMessage, SqliteValues } from "./change-message.ts";
import type { FillCursorRow, PruneCall } from "./fill-writer.ts";
import type { LeaseCall } from "./lease-writer.ts";
import type { RateLedgerCall } from "./rate-ledger-writer.ts";
import type { TradingStateAnswer, TradingStateCall } from "./trading-writer.ts";

/** What the worker thread can be asked, and what it answers. */
export interface WorkerCalls {
  readonly write: { readonly request: readonly ChangeMessage[]; readonly answer: readonly ChangeAnswer[] };
  readonly acquire: { readonly request: LeaseCall & { readonly ttlMs: number }; readonly answer: LeaseAnswer };
  /** An event beside an order's transitions, as the values of its row. */
  readonly tell: { readonly request: SqliteValues; readonly answer: undefined };
  readonly release: { readonly request: LeaseCall; readonly answer: undefined };
  readonly saveFillCursor: { readonly request: FillCursorRow; readonly answer: undefined };
  readonly keepFills: { readonly request: readonly UnmatchedFillRow[]; readonly answer: undefined };
  /** By their seq. */
  readonly removeFills: { readonly request: readonly number[]; readonly answer: undefined };
  readonly pruneFills: { readonly request: PruneCall; readonly answer: number };
  readonly setTradingState: { readonly request: TradingStateCall; readonly answer: TradingStateAnswer };
  readonly appendEvidence: { readonly request: EvidenceRow; readonly answer: undefined };
  readonly replaceRateLedger: { readonly request: RateLedgerCall; readonly answer: boolean };
  readonly beginCancelAll: { readonly request: BeginCall; readonly answer: BeginAnswer };
  readonly addCancelAllTargets: { readonly request: readonly CancelAllTargetRow[]; readonly answer: undefined };
  readonly saveCancelAllPart: { readonly request: SavePartCall; readonly answer: undefined };
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
