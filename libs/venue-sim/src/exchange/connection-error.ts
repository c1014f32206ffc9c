/**
 * A call to the exchange that got no answer. `sent` says whether the exchange can have got the request: NO only where
 * that is certain.
 */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  readonly sent: "NO" | "MAYBE";

  constructor(sent: "NO" | "MAYBE", message: string, options?: ErrorOptions) {
    super(message, options);
    this.sent = sent;
  }
}
