/** A call that the exchange would not hear: nothing was done for it, provably. */
export class TurnedAwayError extends Error {
  override readonly name = "TurnedAwayError";
  readonly reason: "TOO_MANY_REQUESTS" | "NO_ACCESS";
  /** How long it asks to be left alone, where it does. */
  readonly retryAfterMs?: number;

  constructor(reason: TurnedAwayError["reason"], message: string, options: { readonly retryAfterMs?: number } = {}) {
    super(message);
    this.reason = reason;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
