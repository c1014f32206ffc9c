import type { Fault } from "./fault.ts";

const html = "<html><head><title>Binance</title></head><body>We'll be right back.</body></html>";

function answered(when: "BEFORE" | "AFTER", status: number, body: string | Record<string, unknown>): Fault {
  return { kind: "ANSWERED", when, status, body };
}

function coded(when: "BEFORE" | "AFTER", status: number, code: number, msg: string): Fault {
  return answered(when, status, { code, msg });
}

/** Faults that real exchanges are known for, by name. */
export const namedFaults = {
  html: answered("AFTER", 200, html),
  htmlBefore: answered("BEFORE", 200, html),
  empty: answered("AFTER", 200, ""),
  emptyBefore: answered("BEFORE", 200, ""),
  malformed: answered("AFTER", 200, { success: true, data: [] }),
  serverErrorBefore: answered("BEFORE", 502, html),
  serverErrorAfter: answered("AFTER", 502, html),
  /** -1000 in an answer of status 200. */
  errorIn200Before: coded("BEFORE", 200, -1000, "An unknown error occurred while processing the request."),
  errorIn200After: coded("AFTER", 200, -1000, "An unknown error occurred while processing the request."),
  disconnected: coded("AFTER", 500, -1001, "Internal error; unable to process your request. Please try again."),
  unexpectedResponse: coded(
    "AFTER",
    500,
    -1006,
    "An unexpected response was received from the message bus. Execution status unknown.",
  ),
  timeout: coded(
    "AFTER",
    504,
    -1007,
    "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
  ),
  timeoutBefore: coded(
    "BEFORE",
    504,
    -1007,
    "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
  ),
  busy: coded(
    "BEFORE",
    503,
    -1008,
    "Server is currently overloaded with other requests. Please try again in a few minutes.",
  ),
  wrongKey: coded("BEFORE", 401, -2015, "Invalid API-key, IP, or permissions for action."),
  notFound: coded("BEFORE", 400, -2013, "Order does not exist."),
  cutBefore: { kind: "CUT", when: "BEFORE" },
  cutAfter: { kind: "CUT", when: "AFTER" },
  stalled: { kind: "BODY_STALLED" },
  truncated: { kind: "BODY_TRUNCATED", by: "CONNECTION" },
  halfJson: { kind: "BODY_TRUNCATED", by: "SERVER" },
} as const satisfies Record<string, Fault>;

/** 429, or 418 for a ban, which asks to be left alone for so long. */
export function rateLimited(retryAfterMs: number, status: 429 | 418 = 429): Fault {
  const msg =
    status === 429
      ? "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."
      : "Way too much request weight used; IP banned until 0. Please use WebSocket Streams for live updates to avoid bans.";
  return { kind: "ANSWERED", when: "BEFORE", status, body: { code: -1003, msg }, retryAfterMs };
}
