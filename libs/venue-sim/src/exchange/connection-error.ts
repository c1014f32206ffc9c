/**
 * A call to the exchange that got no answer. `sent` says whether the exchange can have got the request: NO only where
 * that is certain. `isBroken`: the connection broke, rather than that nobody answered in time or sensibly.
 */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly sent: "NO" | "MAYBE";
  readonly isBroken: boolean;

  constructor(sent: "NO" | "MAYBE", message: string, options: ErrorOptions & { readonly isBroken?: boolean } = {}) {
    super(message, options);
    this.sent = sent;
    this.isBroken = options.isBroken ?? false;
  }
}
