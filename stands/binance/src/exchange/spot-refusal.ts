/** An answer with which Binance refuses a request: nothing has been done. Thrown wherever the reason is found. */
export class SpotRefusal extends Error {
  override readonly name = "SpotRefusal";
  readonly status: number;
  readonly code: number;
  /** When it may be tried again, where the answer says so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, message: string, { status = 400, retryAfterMs }: RefusalFields = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

interface RefusalFields {
  readonly status?: number;
  readonly retryAfterMs?: number;
}

/** Codes and messages as errors.md of binance-spot-api-docs has them. */
export const refuse = {
  tooManyRequests: (limit: number, retryAfterMs: number) =>
    new SpotRefusal(
      -1003,
      `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      { status: 429, retryAfterMs },
    ),
  banned: (untilMs: number, retryAfterMs: number) =>
    new SpotRefusal(
      -1003,
      `Way too much request weight used; IP banned until ${untilMs}. Please use WebSocket Streams for live updates to avoid bans.`,
      { status: 418, retryAfterMs },
    ),
  filter: (name: string) => new SpotRefusal(-1013, `Filter failure: ${name}`),
  marketClosed: () => new SpotRefusal(-1013, "Market is closed."),
  tooManyOrders: (limit: number, interval: string, retryAfterMs: number) =>
    new SpotRefusal(-1015, `Too many new orders; current limit is ${limit} orders per ${interval}.`, {
      status: 429,
      retryAfterMs,
    }),
  outsideWindow: () => new SpotRefusal(-1021, "Timestamp for this request is outside of the recvWindow."),
  aheadOfServer: () => new SpotRefusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  signature: () => new SpotRefusal(-1022, "Signature for this request is not valid."),
  illegal: (parameter: string, range: string) =>
    new SpotRefusal(-1100, `Illegal characters found in parameter '${parameter}'; legal range is '${range}'.`),
  duplicateParameter: () => new SpotRefusal(-1101, "Duplicate values for a parameter detected."),
  missing: (parameter: string) =>
    new SpotRefusal(-1102, `Mandatory parameter '${parameter}' was not sent, was empty/null, or malformed.`),
  oneOf: (first: string, second: string) =>
    new SpotRefusal(-1102, `Param '${first}' or '${second}' must be sent, but both were empty/null!`),
  unread: (read: number, sent: number) =>
    new SpotRefusal(-1104, `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`),
  empty: (parameter: string) => new SpotRefusal(-1105, `Parameter '${parameter}' was empty.`),
  notRequired: (parameter: string) => new SpotRefusal(-1106, `Parameter '${parameter}' sent when not required.`),
  precision: (parameter: string) => new SpotRefusal(-1111, `Parameter '${parameter}' has too much precision.`),
  timeInForce: () => new SpotRefusal(-1115, "Invalid timeInForce."),
  orderType: () => new SpotRefusal(-1116, "Invalid orderType."),
  side: () => new SpotRefusal(-1117, "Invalid side."),
  symbol: () => new SpotRefusal(-1121, "Invalid symbol."),
  moreThan24Hours: () => new SpotRefusal(-1127, "More than 24 hours between startTime and endTime."),
  combination: () => new SpotRefusal(-1128, "Combination of optional parameters invalid."),
  parameter: (name: string) => new SpotRefusal(-1130, `Data sent for parameter '${name}' is not valid.`),
  window: () => new SpotRefusal(-1131, "recvWindow must be less than 60000"),
  cancelRestrictions: () => new SpotRefusal(-1145, "Invalid cancelRestrictions"),
  newOrder: (message: string) => new SpotRefusal(-2010, message),
  cancel: (message: string) => new SpotRefusal(-2011, message),
  noSuchOrder: () => new SpotRefusal(-2013, "Order does not exist."),
  keyFormat: () => new SpotRefusal(-2014, "API-key format invalid.", { status: 401 }),
  key: () => new SpotRefusal(-2015, "Invalid API-key, IP, or permissions for action.", { status: 401 }),
} as const;
