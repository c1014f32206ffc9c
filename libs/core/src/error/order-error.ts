import type { ErrorCode } from "./error-code.ts";

/** A refusal or failure, as it is stored with an order and shown to callers. */
export interface OrderError {
  readonly code: ErrorCode;
  /** For people; each value in it stands in `context` too. */
  readonly message: string;
  readonly context: Readonly<Record<string, string>>;
}

export function orderError(
  code: ErrorCode,
  message: string,
  context: Readonly<Record<string, string>> = {},
): OrderError {
  return { code, message, context };
}
