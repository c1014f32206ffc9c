import {
  type Attempt,
  accountId,
  amount,
  attemptOf,
  type CancelRequest,
  clientOrderId,
  type Instruction,
  instrumentId,
  isPostOnly,
  isTerminal,
  limitPriceOf,
  nextActionAt,
  type Order,
  type OrderPhase,
  type OrderProgress,
  type OrderTerms,
  orderId,
  positionId,
  price,
  quantity,
  submitKey,
  surplusDueAt,
  triggerPriceOf,
  venueId,
  venueOrderId,
  type WallTime,
  wallTime,
} from "@surefill/core";
import { type Columns, type Flag, isTrue, nullable, required } from "./column.ts";
import {
  errorDecoder,
  feesDecoder,
  stateTimesDecoder,
  surplusAttemptsDecoder,
  tagsDecoder,
  traceDecoder,
} from "./field-json.ts";
import { fromJson, unreadable } from "./json-decoder.ts";

/** What never changes of an order. */
export interface OrderTermsRow {
  readonly order_id: string;
  readonly account: string;
  readonly client_order_id: string;
  readonly venue: string;
  readonly instrument: string;
  readonly side: Instruction["side"];
  readonly type: Instruction["pricing"]["type"];
  readonly time_in_force: Instruction["pricing"]["timeInForce"];
  readonly limit_price: string | null;
  readonly trigger_price: string | null;
  readonly post_only: Flag;
  /** One of the two sizes. */
  readonly quantity: string | null;
  readonly quote_quantity: string | null;
  /** What the caller expected; `expected_price` is what counts. */
  readonly instructed_price: string | null;
  readonly max_slippage_bps: number | null;
  readonly expire_time: number | null;
  readonly execution_timeout_ms: number | null;
  readonly purpose: Instruction["purpose"];
  /** The position that the caller named, if it named one. */
  readonly instructed_position_id: string | null;
  readonly strategy_id: string | null;
  readonly tags: string;
  readonly base: string;
  readonly quote: string;
  readonly position_id: string;
  readonly simulated: Flag;
  readonly requested_at: number;
  readonly trace: string | null;
}

/** What moves with an order's life. */
export interface OrderProgressRow {
  readonly version: number;
  readonly state: Order["state"];
  /** Not final. In the predicates of partial indexes, which a change of state thus leaves alone. */
  readonly is_open: Flag;
  /** When a server must act: the deadline of a confirmation, a retry's time, a cancel's. */
  readonly next_action_at: number | null;
  readonly attempt_count: number;
  readonly failed_prepares: number;
  readonly cum_quantity: string;
  readonly cum_quote_quantity: string;
  readonly fees: string;
  readonly expected_price: string | null;
  readonly last_error: string | null;
  readonly cancel_requested_at: number | null;
  readonly cancel_reason: string | null;
  readonly cancel_error: string | null;
  readonly surplus_attempts: string | null;
  /** When a server must cancel one of them at the venue, whatever state the order is in. */
  readonly surplus_due_at: number | null;
  readonly state_times: string;
  readonly first_fill_at: number | null;
  readonly answered_at: number | null;
  readonly updated_at: number;
  /** The last attempt; NULL where the order is in a state that has none. */
  readonly attempt_number: number | null;
  readonly submit_key: string | null;
  readonly valid_until: number | null;
  readonly prepared_at: number | null;
  readonly venue_order_id: string | null;
  readonly landed_at: number | null;
}

export type OrderRow = OrderTermsRow & OrderProgressRow;

export const orderTermsColumns: Columns<OrderTermsRow> = {
  order_id: required("uuid"),
  account: required("text"),
  client_order_id: required("text"),
  venue: required("text"),
  instrument: required("text"),
  side: required("text"),
  type: required("text"),
  time_in_force: required("text"),
  limit_price: nullable("decimal"),
  trigger_price: nullable("decimal"),
  post_only: required("flag"),
  quantity: nullable("decimal"),
  quote_quantity: nullable("decimal"),
  instructed_price: nullable("decimal"),
  max_slippage_bps: nullable("integer"),
  expire_time: nullable("time"),
  execution_timeout_ms: nullable("bigint"),
  purpose: required("text"),
  instructed_position_id: nullable("text"),
  strategy_id: nullable("text"),
  tags: required("json"),
  base: required("text"),
  quote: required("text"),
  position_id: required("text"),
  simulated: required("flag"),
  requested_at: required("time"),
  trace: nullable("json"),
};

export const orderProgressColumns: Columns<OrderProgressRow> = {
  version: required("integer"),
  state: required("text"),
  is_open: required("flag"),
  next_action_at: nullable("time"),
  attempt_count: required("integer"),
  failed_prepares: required("integer"),
  cum_quantity: required("decimal"),
  cum_quote_quantity: required("decimal"),
  fees: required("json"),
  expected_price: nullable("decimal"),
  last_error: nullable("json"),
  cancel_requested_at: nullable("time"),
  cancel_reason: nullable("text"),
  cancel_error: nullable("json"),
  surplus_attempts: nullable("json"),
  surplus_due_at: nullable("time"),
  state_times: required("json"),
  first_fill_at: nullable("time"),
  answered_at: nullable("time"),
  updated_at: required("time"),
  attempt_number: nullable("integer"),
  submit_key: nullable("text"),
  valid_until: nullable("time"),
  prepared_at: nullable("time"),
  venue_order_id: nullable("text"),
  landed_at: nullable("time"),
};

/**
 * Which columns hold which field: a field of Order that is not here does not compile, and a column that is held by none
 * fails a test.
 */
export const columnsOfFields: {
  readonly terms: { readonly [K in keyof Required<OrderTerms>]: readonly (keyof OrderTermsRow)[] };
  readonly instruction: { readonly [K in keyof Required<Instruction>]: readonly (keyof OrderTermsRow)[] };
  readonly progress: { readonly [K in keyof Required<OrderProgress>]: readonly (keyof OrderProgressRow)[] };
  readonly phase: { readonly [K in FieldOf<OrderPhase>]: readonly (keyof OrderProgressRow)[] };
  readonly attempt: { readonly [K in keyof Required<Attempt>]: readonly (keyof OrderProgressRow)[] };
} = {
  terms: {
    orderId: ["order_id"],
    instruction: [],
    base: ["base"],
    quote: ["quote"],
    positionId: ["position_id"],
    simulated: ["simulated"],
    requestedAt: ["requested_at"],
    trace: ["trace"],
  },
  instruction: {
    clientOrderId: ["client_order_id"],
    account: ["account"],
    venue: ["venue"],
    instrument: ["instrument"],
    side: ["side"],
    pricing: ["type", "time_in_force", "limit_price", "trigger_price", "post_only"],
    size: ["quantity", "quote_quantity"],
    expectedPrice: ["instructed_price"],
    maxSlippageBps: ["max_slippage_bps"],
    expireTime: ["expire_time"],
    executionTimeoutMs: ["execution_timeout_ms"],
    purpose: ["purpose"],
    positionId: ["instructed_position_id"],
    strategyId: ["strategy_id"],
    tags: ["tags"],
  },
  progress: {
    version: ["version"],
    attemptCount: ["attempt_count"],
    failedPrepares: ["failed_prepares"],
    cumQuantity: ["cum_quantity"],
    cumQuoteQuantity: ["cum_quote_quantity"],
    fees: ["fees"],
    expectedPrice: ["expected_price"],
    lastError: ["last_error"],
    cancelRequest: ["cancel_requested_at", "cancel_reason", "cancel_error"],
    surplusAttempts: ["surplus_attempts", "surplus_due_at"],
    stateTimes: ["state_times"],
    firstFillAt: ["first_fill_at"],
    answeredAt: ["answered_at"],
    updatedAt: ["updated_at"],
  },
  phase: {
    state: ["state", "is_open"],
    confirmBy: ["next_action_at"],
    retryAt: ["next_action_at"],
    cancelAfter: ["next_action_at"],
    landedAt: ["landed_at"],
    attempt: [],
  },
  attempt: {
    number: ["attempt_number"],
    submitKey: ["submit_key"],
    validUntil: ["valid_until"],
    preparedAt: ["prepared_at"],
    venueOrderId: ["venue_order_id"],
  },
};

type FieldOf<T> = T extends unknown ? keyof T : never;

export function orderTermsRow(terms: OrderTerms): OrderTermsRow {
  const { instruction, trace } = terms;
  const { pricing, size } = instruction;
  return {
    order_id: terms.orderId,
    account: instruction.account,
    client_order_id: instruction.clientOrderId,
    venue: instruction.venue,
    instrument: instruction.instrument,
    side: instruction.side,
    type: pricing.type,
    time_in_force: pricing.timeInForce,
    limit_price: limitPriceOf(pricing) ?? null,
    trigger_price: triggerPriceOf(pricing) ?? null,
    post_only: isPostOnly(pricing),
    quantity: size.in === "BASE" ? size.quantity : null,
    quote_quantity: size.in === "QUOTE" ? size.amount : null,
    instructed_price: instruction.expectedPrice ?? null,
    max_slippage_bps: instruction.maxSlippageBps ?? null,
    expire_time: instruction.expireTime ?? null,
    execution_timeout_ms: instruction.executionTimeoutMs ?? null,
    purpose: instruction.purpose,
    instructed_position_id: instruction.positionId ?? null,
    strategy_id: instruction.strategyId ?? null,
    tags: JSON.stringify(instruction.tags),
    base: terms.base,
    quote: terms.quote,
    position_id: terms.positionId,
    simulated: terms.simulated,
    requested_at: terms.requestedAt,
    trace: trace === undefined ? null : JSON.stringify(trace),
  };
}

export function orderProgressRow(order: Order): OrderProgressRow {
  const attempt = attemptOf(order);
  return {
    version: order.version,
    state: order.state,
    is_open: !isTerminal(order),
    next_action_at: nextActionAt(order) ?? null,
    attempt_count: order.attemptCount,
    failed_prepares: order.failedPrepares,
    cum_quantity: order.cumQuantity,
    cum_quote_quantity: order.cumQuoteQuantity,
    fees: JSON.stringify(order.fees),
    expected_price: order.expectedPrice ?? null,
    last_error: order.lastError === undefined ? null : JSON.stringify(order.lastError),
    cancel_requested_at: order.cancelRequest?.at ?? null,
    cancel_reason: order.cancelRequest?.reason ?? null,
    cancel_error: order.cancelRequest?.error === undefined ? null : JSON.stringify(order.cancelRequest.error),
    surplus_attempts: order.surplusAttempts === undefined ? null : JSON.stringify(order.surplusAttempts),
    surplus_due_at: surplusDueAt(order) ?? null,
    state_times: JSON.stringify(order.stateTimes),
    first_fill_at: order.firstFillAt ?? null,
    answered_at: order.answeredAt ?? null,
    updated_at: order.updatedAt,
    attempt_number: attempt?.number ?? null,
    submit_key: attempt?.submitKey ?? null,
    valid_until: attempt?.validUntil ?? null,
    prepared_at: attempt?.preparedAt ?? null,
    venue_order_id: attempt?.venueOrderId ?? null,
    landed_at: order.state === "CONFIRMING" ? (order.landedAt ?? null) : null,
  };
}

/** @throws SurefillError INTERNAL or RangeError for a row that was not written by this code, or by newer code. */
export function orderOf(row: OrderRow): Order {
  const { trace } = row;
  return {
    orderId: orderId(row.order_id),
    instruction: instructionOf(row),
    base: row.base,
    quote: row.quote,
    positionId: positionId(row.position_id),
    simulated: isTrue(row.simulated),
    requestedAt: wallTime(row.requested_at),
    ...(trace === null ? {} : { trace: fromJson(trace, traceDecoder, "trace") }),
    ...progressOf(row),
    ...phaseOf(row),
  };
}

function instructionOf(row: OrderTermsRow): Instruction {
  return {
    clientOrderId: clientOrderId(row.client_order_id),
    account: accountId(row.account),
    venue: venueId(row.venue),
    instrument: instrumentId(row.instrument),
    side: row.side,
    pricing: pricingOf(row),
    size: sizeOf(row),
    ...(row.instructed_price === null ? {} : { expectedPrice: price(row.instructed_price) }),
    ...(row.max_slippage_bps === null ? {} : { maxSlippageBps: row.max_slippage_bps }),
    ...(row.expire_time === null ? {} : { expireTime: wallTime(row.expire_time) }),
    ...(row.execution_timeout_ms === null ? {} : { executionTimeoutMs: row.execution_timeout_ms }),
    purpose: row.purpose,
    ...(row.instructed_position_id === null ? {} : { positionId: positionId(row.instructed_position_id) }),
    ...(row.strategy_id === null ? {} : { strategyId: row.strategy_id }),
    tags: fromJson(row.tags, tagsDecoder, "tags"),
  };
}

function pricingOf(row: OrderTermsRow): Instruction["pricing"] {
  const { type, time_in_force: timeInForce, trigger_price } = row;
  const limit = row.limit_price === null ? undefined : { limitPrice: price(row.limit_price) };
  if (type === "MARKET" && timeInForce !== "GTC") return { type, timeInForce };
  if (type === "LIMIT" && limit !== undefined) {
    return { type, timeInForce, ...limit, ...(isTrue(row.post_only) ? { postOnly: true } : {}) };
  }
  if ((type === "STOP_LOSS" || type === "TAKE_PROFIT") && timeInForce === "GTC" && trigger_price !== null) {
    return { type, timeInForce, triggerPrice: price(trigger_price), ...limit };
  }
  throw unreadable("type, time_in_force, limit_price, trigger_price, post_only", "a pricing");
}

function sizeOf(row: OrderTermsRow): Instruction["size"] {
  if (row.quantity !== null) return { in: "BASE", quantity: quantity(row.quantity) };
  if (row.quote_quantity !== null) return { in: "QUOTE", amount: amount(row.quote_quantity) };
  throw unreadable("quantity, quote_quantity", "a size");
}

function progressOf(row: OrderProgressRow): OrderProgress {
  const { expected_price, last_error, surplus_attempts, first_fill_at, answered_at } = row;
  const cancelRequest = cancelRequestOf(row);
  return {
    version: row.version,
    attemptCount: row.attempt_count,
    failedPrepares: row.failed_prepares,
    cumQuantity: quantity(row.cum_quantity),
    cumQuoteQuantity: amount(row.cum_quote_quantity),
    fees: fromJson(row.fees, feesDecoder, "fees"),
    ...(expected_price === null ? {} : { expectedPrice: price(expected_price) }),
    ...(last_error === null ? {} : { lastError: fromJson(last_error, errorDecoder, "last_error") }),
    ...(cancelRequest === undefined ? {} : { cancelRequest }),
    ...(surplus_attempts === null
      ? {}
      : { surplusAttempts: fromJson(surplus_attempts, surplusAttemptsDecoder, "surplus_attempts") }),
    stateTimes: fromJson(row.state_times, stateTimesDecoder, "state_times"),
    ...(first_fill_at === null ? {} : { firstFillAt: wallTime(first_fill_at) }),
    ...(answered_at === null ? {} : { answeredAt: wallTime(answered_at) }),
    updatedAt: wallTime(row.updated_at),
  };
}

function cancelRequestOf(row: OrderProgressRow): CancelRequest | undefined {
  const { cancel_requested_at, cancel_reason, cancel_error } = row;
  if (cancel_requested_at === null || cancel_reason === null) return undefined;
  const request = { at: wallTime(cancel_requested_at), reason: cancel_reason };
  return cancel_error === null ? request : { ...request, error: fromJson(cancel_error, errorDecoder, "cancel_error") };
}

function phaseOf(row: OrderProgressRow): OrderPhase {
  const { state } = row;
  const attempt = attemptIn(row);
  const last = attempt === undefined ? {} : { attempt };
  switch (state) {
    case "PENDING":
    case "DENIED":
      return { state };
    case "AWAITING_CONFIRMATION":
      return { state, confirmBy: dueTime(row) };
    case "SUBMITTED":
    case "IN_DOUBT":
    case "PARTIALLY_FILLED":
      return { state, attempt: present(attempt) };
    case "CONFIRMING": {
      const { landed_at } = row;
      return { state, attempt: present(attempt), ...(landed_at === null ? {} : { landedAt: wallTime(landed_at) }) };
    }
    case "CANCELLING":
      return { state, attempt: present(attempt), cancelAfter: dueTime(row) };
    case "FAILED":
      return row.next_action_at === null ? { state, ...last } : { state, retryAt: dueTime(row), ...last };
    case "FILLED":
    case "CANCELLED":
    case "EXPIRED":
    case "REJECTED":
      return { state, ...last };
    default:
      throw unreadable("state", `a state, but ${JSON.stringify(state satisfies never)}`);
  }
}

function attemptIn(row: OrderProgressRow): Attempt | undefined {
  const { attempt_number, submit_key, valid_until, prepared_at, venue_order_id } = row;
  if (attempt_number === null || submit_key === null || prepared_at === null) return undefined;
  return {
    number: attempt_number,
    submitKey: submitKey(submit_key),
    ...(valid_until === null ? {} : { validUntil: wallTime(valid_until) }),
    preparedAt: wallTime(prepared_at),
    ...(venue_order_id === null ? {} : { venueOrderId: venueOrderId(venue_order_id) }),
  };
}

function present(attempt: Attempt | undefined): Attempt {
  if (attempt === undefined) throw unreadable("attempt_number", "there");
  return attempt;
}

function dueTime({ next_action_at }: OrderProgressRow): WallTime {
  if (next_action_at === null) throw unreadable("next_action_at", "a time");
  return wallTime(next_action_at);
}
