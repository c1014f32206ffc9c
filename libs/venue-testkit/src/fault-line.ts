import type { StandFault, StandOperation } from "./stand-fault.ts";

const retryAfterMsUsual = 7_000;

/** A request, as the line tells its kind by. */
export interface LineRequest {
  readonly method: string;
  readonly url: URL;
}

export interface FaultLineOptions {
  /** The way to the counterpart: a real fetch, or a function that answers in its stead. */
  readonly send: typeof fetch;
  readonly operationOf: (request: LineRequest) => StandOperation;
  /** How the counterpart says that it knows no such order. */
  readonly notFound: (request: LineRequest) => Response;
}

interface Held {
  readonly input: string | URL | Request;
  readonly init: RequestInit;
}

/**
 * A line between a library that uses `fetch` and its counterpart, which fails as it is told. Streams are lines of text,
 * each a report, the empty ones signs of life.
 */
export class FaultLine {
  readonly #options: FaultLineOptions;
  #faults: { readonly fault: StandFault; left: number }[] = [];
  readonly #counts = new Map<StandOperation, number>();
  readonly #held: Held[] = [];
  readonly #streams = new Set<AbortController>();
  #isDown = false;

  constructor(options: FaultLineOptions) {
    this.#options = options;
  }

  /** What the library gets as `http`. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const request = lineRequest(input, init);
    const operation = this.#options.operationOf(request);
    init.signal?.throwIfAborted();
    if (this.#isDown) throw refusedConnection();
    const fault = operation === "STREAM" ? undefined : this.#take((each) => each.on === operation);
    if (fault?.kind === "CONNECTION_REFUSED") throw refusedConnection();
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1);
    if (operation === "STREAM") return this.#stream(input, init);
    return fault === undefined ? this.#options.send(input, init) : this.#answer(fault, request, { input, init });
  };

  requests(): Readonly<Record<StandOperation, number>> {
    const count = (operation: StandOperation) => this.#counts.get(operation) ?? 0;
    return {
      SUBMIT: count("SUBMIT"),
      CANCEL: count("CANCEL"),
      CANCEL_ALL: count("CANCEL_ALL"),
      LOOKUP: count("LOOKUP"),
      OPEN_ORDERS: count("OPEN_ORDERS"),
      FILLS: count("FILLS"),
      BALANCES: count("BALANCES"),
      PRICES: count("PRICES"),
      INSTRUMENTS: count("INSTRUMENTS"),
      STREAM: count("STREAM"),
      OTHER: count("OTHER"),
    };
  }

  inject(fault: StandFault): void {
    if (fault.kind === "STREAM_CUT") this.#cutStreams();
    else this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  calm(): void {
    this.#faults = [];
  }

  outage(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) this.#cutStreams();
  }

  async deliverHeld(): Promise<void> {
    for (const held of this.#held.splice(0)) await this.#carryOut(held);
  }

  #take(isMeant: (fault: StandFault) => boolean): StandFault | undefined {
    const next = this.#faults.find(({ fault }) => isMeant(fault));
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left <= 0) this.#faults = this.#faults.filter((each) => each !== next);
    return next.fault;
  }

  #cutStreams(): void {
    for (const stream of this.#streams) stream.abort();
    this.#streams.clear();
  }

  async #answer(fault: StandFault, request: LineRequest, asked: Held): Promise<Response> {
    const { signal } = asked.init;
    switch (fault.kind) {
      case "CUT_BEFORE":
        throw brokenConnection();
      case "CUT_AFTER":
        await this.#carryOut(asked);
        throw brokenConnection();
      case "HELD_BACK":
        this.#held.push(asked);
        throw brokenConnection();
      case "SILENT_BEFORE":
        return givenUp(signal);
      case "SILENT_AFTER":
        await this.#carryOut(asked);
        return givenUp(signal);
      case "SERVER_ERROR_BEFORE":
        return page(502);
      case "RATE_LIMITED": {
        const seconds = Math.ceil((fault.retryAfterMs ?? retryAfterMsUsual) / 1_000);
        return new Response("too many requests", { status: 429, headers: { "retry-after": String(seconds) } });
      }
      case "UNAUTHORIZED":
        return new Response("no permission", { status: 401 });
      case "NOT_FOUND":
        return this.#options.notFound(request);
      default:
        return brokenAnswer(fault, await this.#carryOut(asked), signal);
    }
  }

  /** Does what was asked, whatever becomes of who asked; the answer's text. */
  async #carryOut({ input, init }: Held): Promise<string> {
    const { signal: _, ...unending } = init;
    const response = await this.#options.send(input, unending);
    return response.text();
  }

  async #stream(input: string | URL | Request, init: RequestInit): Promise<Response> {
    const cut = new AbortController();
    this.#streams.add(cut);
    const signal = init.signal ? AbortSignal.any([init.signal, cut.signal]) : cut.signal;
    const response = await this.#options.send(input, { ...init, signal });
    if (response.body === null) return response;
    const lines = this.#disturbed(response.body, cut.signal);
    return new Response(ReadableStream.from(lines), { status: response.status, headers: response.headers });
  }

  async *#disturbed(body: ReadableStream<Uint8Array>, cut: AbortSignal): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    let held: string | undefined;
    try {
      for await (const line of linesOf(body)) {
        if (line === "") {
          yield encoder.encode("\n");
          continue;
        }
        if (this.#take(({ kind }) => kind === "REPORT_DROPPED") !== undefined) continue;
        if (held === undefined && this.#take(({ kind }) => kind === "REPORTS_REORDERED") !== undefined) {
          held = line;
          continue;
        }
        const times = this.#take(({ kind }) => kind === "REPORT_DUPLICATED") === undefined ? 1 : 2;
        yield encoder.encode(`${line}\n`.repeat(times) + (held === undefined ? "" : `${held}\n`));
        held = undefined;
      }
    } catch (error) {
      throw cut.aborted ? brokenConnection() : error;
    }
  }
}

function lineRequest(input: string | URL | Request, init: RequestInit): LineRequest {
  const isRequest = input instanceof Request;
  return { method: init.method ?? (isRequest ? input.method : "GET"), url: new URL(isRequest ? input.url : input) };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** As Node's fetch fails where nobody listens. */
function refusedConnection(): TypeError {
  const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
  return new TypeError("fetch failed", { cause });
}

/** As Node's fetch fails where the other side closes. */
function brokenConnection(): TypeError {
  const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
  return new TypeError("fetch failed", { cause });
}

/** Never answers; fails once `signal` aborts, as fetch does. */
function givenUp(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function page(status: number): Response {
  const body = "<html><head><title>Bad Gateway</title></head><body>Bad Gateway</body></html>";
  return new Response(body, { status, headers: { "content-type": "text/html" } });
}

function brokenAnswer({ kind }: StandFault, text: string, signal: AbortSignal | null | undefined): Response {
  const json = { status: 200, headers: { "content-type": "application/json" } };
  switch (kind) {
    case "BODY_STALLED":
      return new Response(half(text, givenUp(signal)), json);
    case "BODY_TRUNCATED":
      return new Response(half(text, Promise.reject(brokenConnection())), json);
    case "BODY_HTML":
      return page(200);
    case "BODY_EMPTY":
      return new Response("", json);
    case "BODY_MALFORMED":
      return new Response('{"unexpected":["shape"]}', json);
    case "SERVER_ERROR_AFTER":
      return page(502);
    default:
      throw new RangeError(`${kind} is no fault of a request`);
  }
}

/** The first half of a body, then what `end` fails with. */
function half(text: string, end: Promise<never>): ReadableStream<Uint8Array> {
  end.catch(() => undefined);
  return ReadableStream.from(
    (async function* () {
      yield new TextEncoder().encode(text.slice(0, Math.floor(text.length / 2)));
      await end;
    })(),
  );
}
