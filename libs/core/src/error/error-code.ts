/** What a retry of the same order can do about an error. */
export type RetryClass =
  /** Nothing was done and another attempt may succeed. */
  | "retryable"
  /** Another attempt would meet the same answer. */
  | "fatal"
  /** Nobody knows whether the venue acted: evidence first, never a retry. */
  | "unknown";

/** How the error reaches a caller when it ends a call; the names are those of gRPC. */
export type RpcCode =
  | "INVALID_ARGUMENT"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "FAILED_PRECONDITION"
  | "RESOURCE_EXHAUSTED"
  | "UNAVAILABLE"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "INTERNAL";

interface ErrorTrait {
  readonly retry: RetryClass;
  readonly rpc: RpcCode;
  /** One line for the generated page of codes. */
  readonly doc: string;
}

/** Every code there is. Append only: a code is never removed, renamed or given another meaning. */
export const errorCodes = {
  // Requests that can't be understood; nothing is stored.
  FIELD_REQUIRED: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "A field that must be given is not." },
  FIELD_MALFORMED: {
    retry: "fatal",
    rpc: "INVALID_ARGUMENT",
    doc: "A field is not of the form the contract asks for.",
  },
  FIELD_OUT_OF_RANGE: {
    retry: "fatal",
    rpc: "INVALID_ARGUMENT",
    doc: "A field is of the right form, but too small, too large, too long or too many.",
  },
  FIELD_CONFLICT: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "A field does not go with another one." },
  FIELD_UNKNOWN: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "The contract has no such field." },
  REQUEST_MALFORMED: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "The request as a whole could not be decoded." },
  REQUEST_TOO_LARGE: { retry: "fatal", rpc: "RESOURCE_EXHAUSTED", doc: "The request is larger than 4 MiB." },
  UNKNOWN_VENUE: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "No venue of that name is configured." },
  UNKNOWN_ACCOUNT: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "That account does not trade at that venue." },
  CLIENT_ORDER_ID_REUSED: {
    retry: "fatal",
    rpc: "ALREADY_EXISTS",
    doc: "The client_order_id names an order with another body; the context names the field that differs.",
  },
  REQUEST_ID_REUSED: {
    retry: "fatal",
    rpc: "ALREADY_EXISTS",
    doc: "The request_id names a request with another body; the context names the field that differs.",
  },
  CANCEL_ALL_NOT_FOUND: { retry: "fatal", rpc: "NOT_FOUND", doc: "No CancelAll has that request_id." },
  ORDER_NOT_FOUND: { retry: "fatal", rpc: "NOT_FOUND", doc: "No order has that id." },
  PAGE_TOKEN_INVALID: {
    retry: "fatal",
    rpc: "INVALID_ARGUMENT",
    doc: "The page token is not one this server gave for this request.",
  },
  CURSOR_INVALID: { retry: "fatal", rpc: "INVALID_ARGUMENT", doc: "The cursor is not one this server gave." },

  // Orders that we refuse: DENIED.
  INSTRUMENT_UNKNOWN: { retry: "fatal", rpc: "FAILED_PRECONDITION", doc: "The venue has no such instrument." },
  UNSUPPORTED_ORDER_TYPE: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue does not take this order type.",
  },
  UNSUPPORTED_TIME_IN_FORCE: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue does not take this time in force for this order type.",
  },
  UNSUPPORTED_POST_ONLY: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue does not take post-only orders.",
  },
  UNSUPPORTED_QUOTE_QUANTITY: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue does not take orders sized in the quote asset.",
  },
  QUANTITY_NOT_LOT_MULTIPLE: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The quantity is not a multiple of the instrument's lot size.",
  },
  QUANTITY_BELOW_MINIMUM: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The quantity is below the instrument's minimum.",
  },
  QUANTITY_ABOVE_MAXIMUM: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The quantity is above the instrument's maximum.",
  },
  PRICE_OFF_TICK: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The price is not a multiple of the instrument's tick size.",
  },
  NOTIONAL_BELOW_MINIMUM: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "Price × quantity is below the instrument's minimum.",
  },
  PRICE_OUTSIDE_COLLAR: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "A limit or trigger price is further from the market than the venue's collar allows.",
  },
  TRIGGER_PRICE_REACHED: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The market has reached the trigger price already: there is nothing to wait for.",
  },
  PRICE_UNAVAILABLE: {
    retry: "retryable",
    rpc: "UNAVAILABLE",
    doc: "The venue gives no price to check the order against; nothing was stored, repeat the call.",
  },
  TRADING_HALTED: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "Trading is halted for the order, and it does not provably reduce a position.",
  },
  REDUCE_ONLY: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "Only orders that provably reduce a position are sent, and this one does not.",
  },

  // What venues answer.
  INVALID_SYMBOL: { retry: "fatal", rpc: "FAILED_PRECONDITION", doc: "The venue does not know the instrument." },
  UNAUTHORIZED: { retry: "fatal", rpc: "FAILED_PRECONDITION", doc: "The venue refused the credentials." },
  INSUFFICIENT_FUNDS: { retry: "fatal", rpc: "FAILED_PRECONDITION", doc: "The account lacks the balance." },
  RISK_VIOLATION: { retry: "fatal", rpc: "FAILED_PRECONDITION", doc: "The venue's risk rules refused the order." },
  ORDER_VALIDATION: { retry: "fatal", rpc: "FAILED_PRECONDITION", doc: "The venue refused the order's form." },
  WOULD_NOT_FILL: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "A fill-or-kill order could not be filled at once.",
  },
  WOULD_TAKE_LIQUIDITY: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "A post-only order would have been filled at once.",
  },
  VENUE_REJECTED: {
    retry: "retryable",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue refused the attempt for a reason that may pass.",
  },
  VENUE_BUSY: { retry: "retryable", rpc: "UNAVAILABLE", doc: "The venue refused the attempt because of load." },
  RATE_LIMITED: {
    retry: "retryable",
    rpc: "RESOURCE_EXHAUSTED",
    doc: "The venue refused the attempt: too many requests.",
  },
  RATE_BUDGET_USED_UP: {
    retry: "retryable",
    rpc: "RESOURCE_EXHAUSTED",
    doc: "The venue account's own budget of requests left no room in time; nothing was sent.",
  },
  VENUE_UNREACHABLE: { retry: "retryable", rpc: "UNAVAILABLE", doc: "No connection to the venue; nothing was sent." },
  PREPARE_FAILED: {
    retry: "retryable",
    rpc: "UNAVAILABLE",
    doc: "The venue could not build the attempt; nothing was sent.",
  },
  ATTEMPT_EXPIRED: {
    retry: "retryable",
    rpc: "UNAVAILABLE",
    doc: "The attempt's validity passed and the venue proves that it does not have it.",
  },
  ANSWER_LOST: {
    retry: "unknown",
    rpc: "UNAVAILABLE",
    doc: "The venue's answer was lost or ambiguous; it may or may not have the order.",
  },
  ORDER_FORGOTTEN: {
    retry: "unknown",
    rpc: "UNAVAILABLE",
    doc: "The venue had the order and knows nothing of it any more; what became of it is not known.",
  },

  OPEN_ORDERS_UNLISTED: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue does not tell enough of its open orders to cancel those that are not ours.",
  },

  // What ends an order here.
  PRICE_MOVED: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue's quote is further from the expected price than max_slippage_bps.",
  },
  EXPIRE_TIME_PASSED: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The order's expire_time passed before it was filled, or before it was placed.",
  },
  EXECUTION_TIMEOUT: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The order was not filled within its execution timeout, so it was cancelled.",
  },
  RETRY_EXHAUSTED: { retry: "fatal", rpc: "UNAVAILABLE", doc: "Every attempt failed; the context has the last cause." },
  OPERATOR_DECLARED_DEAD: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "An operator gave the doubtful attempt up; the context says who and why. Fills that come after all are recorded.",
  },

  // What operators are told.
  ORDER_NOT_IN_DOUBT: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "Only an order in doubt can be resolved; the context has the state it is in.",
  },
  ATTEMPT_STILL_VALID: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue may still accept the attempt; the context says from when on it can be declared dead.",
  },
  VENUE_ORDER_NOT_FOUND: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue does not show the order that was named.",
  },
  VENUE_ORDER_MISMATCH: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "The venue shows another order than the one named; the context has both.",
  },
  VENUE_ORDER_FOUND: {
    retry: "fatal",
    rpc: "FAILED_PRECONDITION",
    doc: "An order that was to be declared dead is at the venue; what the venue told of it was recorded.",
  },
  VERSION_MISMATCH: {
    retry: "fatal",
    rpc: "ABORTED",
    doc: "The order has changed since it was looked at; look again, then decide.",
  },

  // The service itself.
  CONFIG_INVALID: { retry: "fatal", rpc: "INTERNAL", doc: "The configuration is refused; the process does not start." },
  STORE_UNAVAILABLE: { retry: "retryable", rpc: "UNAVAILABLE", doc: "The database can't be reached; repeat the call." },
  STORE_REFUSED: {
    retry: "fatal",
    rpc: "INTERNAL",
    doc: "The database refused this row alone; nothing was stored for it.",
  },
  OVERLOADED: { retry: "retryable", rpc: "RESOURCE_EXHAUSTED", doc: "A bounded queue is full; repeat the call later." },
  SHUTTING_DOWN: { retry: "retryable", rpc: "UNAVAILABLE", doc: "The server is stopping; repeat the call elsewhere." },
  DEADLINE_EXCEEDED: { retry: "unknown", rpc: "UNAVAILABLE", doc: "No answer came in time; it says nothing." },
  ORDER_CONTENDED: {
    retry: "retryable",
    rpc: "ABORTED",
    doc: "The order changed faster than the call could follow; repeat the call.",
  },
  INTERNAL: { retry: "fatal", rpc: "INTERNAL", doc: "A fault of the service; its log has the detail." },
} as const satisfies Record<string, ErrorTrait>;

export type ErrorCode = keyof typeof errorCodes;

/** Whether another attempt can help against `code`. */
export function retryClass(code: ErrorCode): RetryClass {
  return errorCodes[code].retry;
}

/** Whether `text` is one of our codes; for decoders. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
