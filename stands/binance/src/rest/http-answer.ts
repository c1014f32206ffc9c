import type { SpotRefusal } from "../exchange/spot-refusal.ts";

/** An answer before anything happens to it on its way. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Headers = HttpAnswer["headers"];

export function jsonAnswer(status: number, value: unknown, headers: Headers = {}): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json;charset=UTF-8", ...headers },
    body: JSON.stringify(value),
  };
}

export function refusalAnswer({ status, code, message, retryAfterMs }: SpotRefusal, headers: Headers): HttpAnswer {
  return jsonAnswer(status, { code, msg: message }, { ...headers, ...retryAfter(retryAfterMs) });
}

/** For paths that Binance does not know. */
export function notFoundAnswer(): HttpAnswer {
  const body = "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>";
  return { status: 404, headers: { "content-type": "text/html" }, body };
}

/** In whole seconds, as Retry-After counts: never less than asked for. */
export function retryAfter(ms: number | undefined): Headers {
  return ms === undefined ? {} : { "retry-after": String(Math.ceil(ms / 1_000)) };
}
