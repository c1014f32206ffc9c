import { z } from "zod";
import { signatureOf } from "../rest/authenticate.ts";

export type Parameters = Readonly<Record<string, string | number>>;

const objectSchema = z.record(z.string(), z.unknown());
type JsonObject = z.output<typeof objectSchema>;
const balancesSchema = z.object({
  balances: z.array(z.object({ asset: z.string(), free: z.string(), locked: z.string() })),
});

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as a JSON object; empty where it is none. */
  readonly json: JsonObject;
  /** The text as a JSON list of objects; empty where it is none. */
  readonly list: readonly JsonObject[];
}

/** Terms of an order; undefined leaves one out. */
export type Terms = Readonly<Record<string, string | number | undefined>>;

/** A stand, or as much as is known of one in another process. */
interface Place {
  readonly origin: string;
  readonly exchange: { now(): number };
}

/** Calls a stand as a client of Binance does, without a library. */
export class Caller {
  readonly #stand: Place;
  readonly #apiKey: string;
  readonly #secret: string;

  constructor(stand: Place, name = "alice") {
    this.#stand = stand;
    this.#apiKey = `${name}-key`;
    this.#secret = `${name}-secret`;
  }

  get(path: string, parameters: Parameters = {}): Promise<Reply> {
    return this.send("GET", path, parameters, {});
  }

  /** Signed now, unless `parameters` have a timestamp. */
  signed(method: string, path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<Reply> {
    const stamped = { ...parameters, timestamp: parameters.timestamp ?? this.#stand.exchange.now() };
    const signature = signatureOf(spelt(stamped), this.#secret);
    return this.send(method, path, { ...stamped, signature }, { "x-mbx-apikey": this.#apiKey }, signal);
  }

  /** POST /api/v3/order: a LIMIT BUY of 1 BTC at 40,000 unless `terms` say otherwise. */
  place(terms: Terms = {}, signal?: AbortSignal): Promise<Reply> {
    const usual = { symbol: "BTCUSDT", side: "BUY", type: "LIMIT", timeInForce: "GTC", quantity: 1, price: 40_000 };
    return this.signed("POST", "/api/v3/order", sentOf({ ...usual, ...terms }), signal);
  }

  market(terms: Terms = {}): Promise<Reply> {
    return this.place({ type: "MARKET", timeInForce: undefined, price: undefined, ...terms });
  }

  order(origClientOrderId: string): Promise<Reply> {
    return this.signed("GET", "/api/v3/order", { symbol: "BTCUSDT", origClientOrderId });
  }

  cancel(origClientOrderId: string): Promise<Reply> {
    return this.signed("DELETE", "/api/v3/order", { symbol: "BTCUSDT", origClientOrderId });
  }

  /** What the account has of an asset, as "free + locked". */
  async balance(asset: string): Promise<string> {
    const { balances } = balancesSchema.parse((await this.signed("GET", "/api/v3/account")).json);
    const found = balances.find((balance) => balance.asset === asset);
    return `${found?.free} + ${found?.locked}`;
  }

  async send(
    method: string,
    path: string,
    parameters: Parameters,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Reply> {
    const text = spelt(parameters);
    const isBody = method === "POST";
    const url = `${this.#stand.origin}${path}${isBody || text === "" ? "" : `?${text}`}`;
    const body = isBody ? { body: text } : {};
    const type = isBody ? { "content-type": "application/x-www-form-urlencoded" } : {};
    const signals = signal === undefined ? {} : { signal };
    const response = await fetch(url, { method, headers: { ...headers, ...type }, ...body, ...signals });
    return replyOf(response.status, response.headers, await response.text());
  }
}

/** "200", or what an answer refuses with: status, code, message. */
export function outcome({ status, json }: Pick<Reply, "status" | "json">): string {
  return status === 200 && json.code === undefined ? "200" : `${status} ${json.code} ${json.msg}`;
}

function replyOf(status: number, headers: Headers, text: string): Reply {
  const value = jsonOf(text);
  const json = objectSchema.safeParse(value).data ?? {};
  const list = z.array(objectSchema).safeParse(value).data ?? [];
  return { status, headers, text, json, list };
}

function sentOf(terms: Terms): Parameters {
  return Object.fromEntries(
    Object.entries(terms).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function spelt(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
