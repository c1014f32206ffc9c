import { exactDecimal } from "./exact-decimal.ts";

/** What Node's JSON.parse tells its reviver beside key and value: how a number was spelt. */
type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * JSON whose numbers keep their digits: one that a double can't hold, such as 0.12345678901234567 or 9007199254740993,
 * comes as the text it was spelt with. Undefined for what is no JSON object or list, as ccxt's own parser has it.
 */
export function parseExactJson(text: string): unknown {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) return undefined;
  try {
    return JSON.parse(trimmed, keepDigits as (key: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
}

const keepDigits: Reviver = (_key, value, { source }) => {
  if (typeof value !== "number" || source === undefined) return value;
  return exactDecimal(source) === exactDecimal(String(value)) ? value : source;
};
