import { setImmediate } from "node:timers/promises";
import { type Clock, withDeadline } from "@surefill/core";
import { parseExactJson } from "./exact-json.ts";
import { LostAnswer, NeverSent } from "./transport-error.ts";
import type { WireRequest } from "./wire-request.ts";

/** An answer in full: its body was read to the end. */
export interface WireAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly text: string;
  /** What the text is as JSON; undefined where it is none. */
  readonly body: unknown;
}

export interface TransportTerms {
  readonly http: typeof fetch;
  readonly clock: Clock;
  /** Once it aborts, nothing leaves any more, and what is under way is given up. */
  readonly closed: AbortSignal;
  /** From the first byte sent to the last one read. */
  readonly answerMsMax: number;
  /** Hosts that requests may go to. */
  readonly hosts: ReadonlySet<string>;
  /** A header that every request must bear, where only it tells the sandbox from the live exchange. */
  readonly mark?: { readonly name: string; readonly value: string };
  /** Where the bytes go instead: a stand-in on this machine. */
  readonly origin?: string;
}

const turnsBefore = 2;
const answerLengthMax = 64 * 1024 * 1024;

/**
 * How requests leave: each once, without redirects or retries, within one deadline over headers and body alike (ccxt's
 * own covers the headers alone), and to no host but those that the mode allows.
 */
export class Transport {
  readonly #terms: TransportTerms;

  constructor(terms: TransportTerms) {
    this.#terms = terms;
  }

  /** @throws NeverSent where nothing reached the exchange, LostAnswer where nobody knows. */
  async send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const url = this.#permitted(request);
    const { clock, answerMsMax, closed } = this.#terms;
    // A kept connection that the other side has closed shows it once the event loop turns: written into it, an order
    // would be in doubt for nothing.
    for (let turn = 0; turn < turnsBefore && request.method !== "GET"; turn += 1) await setImmediate();
    if (closed.aborted) throw new NeverSent("the venue was closed before anything was sent");
    if (signal.aborted) throw new NeverSent("given up before anything was sent");
    try {
      return await withDeadline(clock, answerMsMax, (late) =>
        this.#exchange(url, request, AbortSignal.any([late, signal, closed])),
      );
    } catch (thrown) {
      throw NeverSent.proven(thrown) ?? LostAnswer.from(thrown);
    }
  }

  async #exchange(url: string, { method, headers, body }: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const response = await abandoning(
      this.#terms.http(url, { method, headers, signal, redirect: "error", ...(body === undefined ? {} : { body }) }),
      signal,
    );
    const text = await abandoning(response.text(), signal);
    if (text.length > answerLengthMax) throw new LostAnswer("an answer too long to be read");
    const { status, statusText, headers: answered } = response;
    return { status, statusText, headers: answered, text, body: parseExactJson(text) };
  }

  /** The last look before the wire: an order must never reach a host that the mode did not name. */
  #permitted({ url, headers }: WireRequest): string {
    const { hosts, mark, origin } = this.#terms;
    const parsed = URL.parse(url);
    if (parsed === null || parsed.protocol !== "https:" || !hosts.has(parsed.host)) {
      throw new NeverSent(`a request to ${parsed?.host ?? "no address"}, which this mode does not allow`);
    }
    if (mark !== undefined && headers[mark.name] !== mark.value) {
      throw new NeverSent(`a request without ${mark.name}, which alone tells the sandbox from the live exchange`);
    }
    return origin === undefined ? url : new URL(parsed.pathname + parsed.search, origin).href;
  }
}

/** What `promise` gives, unless `signal` aborts first: nobody waits for a fetch that does not heed its signal. */
async function abandoning<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = () => {};
  const abandoned = new Promise<never>((_, reject) => {
    giveUp = () => reject(new LostAnswer("the call was given up before its answer came"));
  });
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([promise, abandoned]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
