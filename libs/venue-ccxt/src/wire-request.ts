import { z } from "zod";
import { parseExactJson } from "./exact-json.ts";

/** One signed HTTP request, as ccxt built it. */
export interface WireRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The arguments of the ccxt call that built a request; the same call reads its answer. */
export interface OrderCall {
  readonly symbol: string;
  readonly type: "market" | "limit";
  readonly side: "buy" | "sell";
  readonly amount: string;
  /** Absent for market orders, always: some exchanges would take amount × price for the amount to spend. */
  readonly price?: string;
  readonly params: Readonly<Record<string, string | boolean>>;
}

/** An attempt's bytes: what is sent, and how its answer is read. */
export interface SignedOrder {
  readonly request: WireRequest;
  readonly call: OrderCall;
}

const signedOrder: z.ZodType<SignedOrder> = z.strictObject({
  request: z.strictObject({
    url: z.string(),
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().exactOptional(),
  }),
  call: z.strictObject({
    symbol: z.string(),
    type: z.enum(["market", "limit"]),
    side: z.enum(["buy", "sell"]),
    amount: z.string(),
    price: z.string().exactOptional(),
    params: z.record(z.string(), z.union([z.string(), z.boolean()])),
  }),
});

export function encodeSignedOrder(order: SignedOrder): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(order));
}

/** Undefined for bytes that are none of ours. */
export function decodeSignedOrder(payload: Uint8Array): SignedOrder | undefined {
  return signedOrder.safeParse(parseExactJson(new TextDecoder().decode(payload))).data;
}

/** What may be stored of an attempt: what was asked for, and neither key nor signature. */
export function encodeStoredOrder({ call }: SignedOrder): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(call));
}
