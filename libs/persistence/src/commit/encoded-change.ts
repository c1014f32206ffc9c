import {
  type AttemptWrite,
  attemptOf,
  keptRawAnswer,
  type LeaseFence,
  type OrderChange,
  type Posting,
} from "@surefill/core";
import type { AttemptAnswerRow, PreparedAttemptRow } from "../row/attempt-row.ts";
import { type EventRow, eventRow } from "../row/event-row.ts";
import { type FillRow, fillRow } from "../row/fill-row.ts";
import { type OrderProgressRow, type OrderTermsRow, orderProgressRow, orderTermsRow } from "../row/order-row.ts";
import { type HoldingRow, holdingRow, type PositionRow } from "../row/position-row.ts";

/** A change as the rows that it writes. */
export interface EncodedChange {
  readonly orderId: string;
  /** Absent for a new order, whose terms are there instead. */
  readonly versionBefore: number | undefined;
  readonly terms: OrderTermsRow | undefined;
  readonly progress: OrderProgressRow;
  readonly events: readonly EventRow[];
  readonly prepared: PreparedAttemptRow | undefined;
  readonly answer: (AttemptAnswerRow & Pick<PreparedAttemptRow, "number">) | undefined;
  readonly fills: readonly FillRow[];
  readonly positions: readonly PositionRow[];
  readonly holdings: readonly HoldingRow[];
  readonly fence: LeaseFence | undefined;
}

/** Turns a change that changeFault found nothing wrong with into rows. */
export function encodeChange(change: OrderChange): EncodedChange {
  const { order, versionBefore, attempt, postings } = change;
  return {
    orderId: order.orderId,
    versionBefore,
    terms: versionBefore === undefined ? orderTermsRow(order) : undefined,
    progress: orderProgressRow(order),
    events: change.records.map(eventRow),
    prepared: attempt?.kind === "PREPARED" ? preparedRow(change, attempt) : undefined,
    answer: attempt?.kind === "ANSWERED" ? answerRow(attempt) : undefined,
    fills: change.fills.map(fillRow),
    positions: postings.flatMap(positionRows),
    holdings: postings.filter(({ positionId }) => positionId === undefined).map(holdingRow),
    fence: change.fence,
  };
}

function positionRows(posting: Posting): readonly PositionRow[] {
  const { positionId } = posting;
  return positionId === undefined ? [] : [{ position_id: positionId, ...holdingRow(posting) }];
}

function preparedRow(
  { order }: OrderChange,
  { number, payload }: Extract<AttemptWrite, { kind: "PREPARED" }>,
): PreparedAttemptRow {
  const attempt = attemptOf(order);
  if (attempt === undefined) throw new Error(`order ${order.orderId} has no attempt to prepare`);
  return {
    order_id: order.orderId,
    number,
    venue: order.instruction.venue,
    submit_key: attempt.submitKey,
    valid_until: attempt.validUntil ?? null,
    prepared_at: attempt.preparedAt,
    payload,
  };
}

function answerRow({ number, outcome, rawAnswer, answeredAt }: Extract<AttemptWrite, { kind: "ANSWERED" }>) {
  const raw_answer = rawAnswer === undefined ? null : keptRawAnswer(rawAnswer);
  return { number, outcome, raw_answer, answered_at: answeredAt };
}
