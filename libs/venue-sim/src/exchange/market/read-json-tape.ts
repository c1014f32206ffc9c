import { parsePrice, parseQuantity, wallTime } from "@surefill/core";
import { z } from "zod";
import { tapeFault } from "./tape-fault.ts";
import type { TapeRow } from "./tape-row.ts";

const exponentPattern = /^(\d)(?:\.(\d+))?[eE]-(\d{1,2})$/;

const tradesSchema = z.array(z.unknown());

/** [time in ms, id, type, side, price, amount, cost]; numbers have become text, see textOfNumbers. */
const tradeSchema = z.tuple([
  z.string().regex(/^\d{1,13}$/, "not a time in milliseconds"),
  z.unknown(),
  z.unknown(),
  z.unknown(),
  z.string().transform((text, context) => parsePrice(plain(text)) ?? refuse(context, `${text} is not a price`)),
  z.string().transform((text, context) => parseQuantity(plain(text)) ?? refuse(context, `${text} is not an amount`)),
  z.unknown(),
]);

/**
 * Trades as a JSON array of [time in ms, id, type, side, price, amount, cost]. Bid and ask are the trade's price.
 * @throws SurefillError CONFIG_INVALID naming the first trade that is wrong.
 */
export function readJsonTape(file: string, text: string): readonly TapeRow[] {
  let json: unknown;
  try {
    json = JSON.parse(text, textOfNumbers);
  } catch (error) {
    throw tapeFault(file, undefined, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const trades = tradesSchema.safeParse(json);
  if (!trades.success) throw tapeFault(file, undefined, "not a JSON array of trades");
  const rows: TapeRow[] = [];
  for (const [index, element] of trades.data.entries()) {
    const trade = tradeSchema.safeParse(element);
    if (!trade.success) {
      const issue = trade.error.issues[0];
      const text = `element ${issue?.path.join(".") || "(all)"}: ${issue?.message ?? "wrong"}; mend or remove the trade`;
      throw tapeFault(file, index + 1, text);
    }
    const [timeMs, , , , price, amount] = trade.data;
    const before = rows.at(-1)?.at ?? 0;
    const at = wallTime(Math.max(before, Number(timeMs) * 1000));
    rows.push({ at, bid: price, ask: price, bidAmount: amount, askAmount: amount });
  }
  return rows;
}

/** JSON.parse reviver: numbers as they are written, for a price must not become a float on its way in. */
function textOfNumbers(_key: string, value: unknown, ...[context]: readonly unknown[]): unknown {
  if (typeof value !== "number") return value;
  return typeof context === "object" && context !== null && "source" in context ? context.source : undefined;
}

/** 1.5e-7 as 0.00000015; whatever is not written so stays as it is. */
function plain(text: string): string {
  const [, whole, fraction = "", exponent] = exponentPattern.exec(text) ?? [];
  if (whole === undefined || exponent === undefined) return text;
  return `0.${"0".repeat(Math.max(Number(exponent) - 1, 0))}${whole}${fraction}`;
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: "custom", message });
  return z.NEVER;
}
