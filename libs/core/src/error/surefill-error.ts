import type { ErrorCode } from "./error-code.ts";
import { errorCodes } from "./error-code.ts";
import { type OrderError, orderError } from "./order-error.ts";

/** A fault that ends a call: infrastructure or a bug, never an expected refusal (those are returned). */
export class SurefillError extends Error {
  override readonly name = "SurefillError";
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, string>>;

  /** How long a venue asked to be left alone, where it did. */
  readonly retryAfterMs?: number;

  constructor(
    code: ErrorCode,
    message: string,
    options: { context?: Record<string, string>; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }

  /** The one place that turns `unknown` into our error. What nobody classified is INTERNAL, with its cause kept. */
  static from(thrown: unknown): SurefillError {
    if (thrown instanceof SurefillError) return thrown;
    return new SurefillError("INTERNAL", errorCodes.INTERNAL.doc, { cause: thrown });
  }

  toOrderError(): OrderError {
    return orderError(this.code, this.message, this.context);
  }
}
