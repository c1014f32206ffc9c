import type { Secret } from "@surefill/core";

const removed = "[redacted]";
/** What signs a request or names who made it, wherever a text holds it as a field. */
const telling =
  /((?:signature|sign|api[-_]?key|apikey|secret|passphrase|token|listenKey|authorization)"?\s*[=:]\s*"?)(?:Bearer )?[^&"\s,}]+/gi;
/** A URL's query may hold a signature, whatever an exchange calls it. */
const query = /(https?:\/\/[^\s?"']+)\?[^\s"']*/gi;
/** What looks like a signature or a token wherever it stands: digests as hex and as base64, JSON Web Tokens. */
const digests =
  /\b[0-9a-f]{64,}\b|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42,}={1,2}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+/gi;
const lengthMax = 2_000;

/** Texts that come from outside, without what must not be seen: our credentials, signatures, the queries of URLs. */
export class Redaction {
  readonly #secrets: readonly string[];

  constructor(secrets: readonly Secret[]) {
    const texts = secrets.map((secret) => secret.reveal());
    // An exchange may show a key as JSON or in a URL does.
    const spelt = texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
    this.#secrets = [...new Set(spelt)].sort((a, b) => b.length - a.length);
  }

  /** The whole text. */
  all(text: string): string {
    const known = this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, removed), text);
    return known.replace(query, `$1?${removed}`).replace(telling, `$1${removed}`).replace(digests, removed);
  }

  /** As `all`, cut to what an error message may hold. */
  message(text: string): string {
    return this.all(text).slice(0, lengthMax);
  }
}
