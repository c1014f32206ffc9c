import type { Decimal, Instruction, SubmitKey } from "@surefill/core";
import { exactDecimal } from "./exact-decimal.ts";
import { parseExactJson } from "./exact-json.ts";
import type { WireRequest } from "./wire-request.ts";

const leavesMax = 1_000;

/**
 * What of the instruction a signed request lacks, or undefined: quantity, prices and client order id must stand in it,
 * to the last digit. ccxt truncates, rounds and drops without a word; what it would have changed is not sent.
 */
export function lackingIn(
  request: WireRequest,
  instruction: Instruction,
  key: SubmitKey | undefined,
): string | undefined {
  const texts = textsOf(request);
  const numbers = new Set<Decimal | undefined>(texts.map(exactDecimal));
  const { size, pricing } = instruction;
  const wanted: readonly (readonly [string, Decimal | undefined])[] = [
    size.in === "BASE" ? ["base_quantity", size.quantity] : ["quote_quantity", size.amount],
    ["limit_price", "limitPrice" in pricing ? pricing.limitPrice : undefined],
    ["trigger_price", "triggerPrice" in pricing ? pricing.triggerPrice : undefined],
  ];
  const lost = wanted.find(([, value]) => value !== undefined && !numbers.has(value));
  if (lost !== undefined) return `${lost[0]} ${lost[1]}`;
  return key === undefined || texts.includes(key) ? undefined : "the client order id";
}

/** Every value that a request bears, in its query or its body, form or JSON. */
function textsOf({ url, body }: WireRequest): readonly string[] {
  const query = URL.parse(url)?.searchParams;
  const json = body === undefined ? undefined : parseExactJson(body);
  const form = body === undefined || json !== undefined ? undefined : new URLSearchParams(body);
  return [...(query?.values() ?? []), ...(form?.values() ?? []), ...leavesOf(json)].slice(0, leavesMax);
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
