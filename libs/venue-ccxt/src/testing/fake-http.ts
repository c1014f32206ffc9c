/** A request as it came to the fake, with what a test asks about it. */
export interface HeardRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
  readonly form: URLSearchParams;
}

export type Answer = Response | Promise<Response>;
type Handler = (request: HeardRequest) => Answer;

/** An exchange behind the `http` port: answers by "METHOD /path", the newest rule first, and remembers what it heard. */
export class FakeHttp {
  readonly heard: HeardRequest[] = [];
  readonly #rules: { readonly route: string; readonly handler: Handler; left: number }[] = [];

  /** Answers `times` requests of the route so; for ever unless given. */
  on(route: string, handler: Handler, times = Number.POSITIVE_INFINITY): this {
    this.#rules.unshift({ route, handler, left: times });
    return this;
  }

  heardOf(route: string): readonly HeardRequest[] {
    return this.heard.filter((request) => `${request.method} ${request.path}` === route);
  }

  readonly http: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const body = typeof init?.body === "string" ? init.body : "";
    const method = init?.method ?? "GET";
    const request: HeardRequest = {
      ...{ method, host: url.host, path: url.pathname, query: url.searchParams, body },
      ...{ headers: new Headers(init?.headers), form: new URLSearchParams(body) },
    };
    this.heard.push(request);
    const rule = this.#rules.find(({ route, left }) => route === `${method} ${url.pathname}` && left > 0);
    if (rule === undefined) throw new Error(`nobody answers ${method} ${url.pathname}`);
    rule.left -= 1;
    return rule.handler(request);
  };
}

export function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(body), { headers: { "content-type": "application/json" }, ...init });
}

/** A connection that ends as Node's fetch tells it. */
export function broken(code: string, fields: Readonly<Record<string, string>> = {}): Promise<Response> {
  return Promise.reject(
    new TypeError("fetch failed", { cause: Object.assign(new Error("socket"), { code, ...fields }) }),
  );
}

/** Headers and the beginning of a body, and then silence. */
export function stalled(text: string): Response {
  return new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    }),
  );
}

/** Headers and the beginning of a body, and then the connection breaks. */
export function cut(text: string): Response {
  return new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      pull: (controller) => controller.error(Object.assign(new TypeError("terminated"), { code: "UND_ERR_SOCKET" })),
    }),
  );
}
