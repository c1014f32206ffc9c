import { SurefillError } from "@surefill/core";
import { type CustomTypesConfig, types } from "pg";

const timestamp = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00$/;

/**
 * Microseconds since 1970 of a timestamptz in UTC. pg's own parser makes a Date of it, which loses the microseconds.
 */
export function microseconds(text: string): number {
  const match = timestamp.exec(text);
  if (match === null) throw new SurefillError("INTERNAL", `a time that can't be read: ${text}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const fraction = Number((match[7] ?? "").padEnd(6, "0"));
  return Date.UTC(year, month - 1, day, hour, minute, second) * 1_000 + fraction;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new SurefillError("INTERNAL", `a number that can't be read: ${text}`);
  return value;
}

const keep = (text: string): string => text;

const parsers = new Map<number, (text: string) => unknown>([
  [types.builtins.TIMESTAMPTZ, microseconds],
  [types.builtins.INT8, safeInteger],
  // As text: the codec reads it, and tells what it can't read.
  [types.builtins.JSON, keep],
]);

/** How values are read on every connection of the store. NUMERIC stays text, as pg leaves it. */
export const valueTypes: CustomTypesConfig = {
  getTypeParser(id, format) {
    return parsers.get(id) ?? types.getTypeParser(id, format);
  },
};
