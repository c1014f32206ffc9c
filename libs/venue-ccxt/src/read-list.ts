import { SurefillError } from "@surefill/core";
import type { CcxtExchange, CcxtParams } from "./ccxt-exchange.ts";
import type { PageRule } from "./exchange-profile.ts";
import type { Session } from "./session.ts";

/** How many pages one list may take; a list that may lack some is no list. */
const pagesMax = 50;

/**
 * A whole list, page by page. An empty list is believed only of an answer that is a list: ccxt makes one of an empty
 * body, too. @throws SurefillError VENUE_UNREACHABLE for an answer that is none, or a list without an end.
 */
export async function readList<T>(
  session: Session,
  { entries, next, pageMax }: PageRule,
  ask: (exchange: CcxtExchange, limit: number | undefined, params: CcxtParams) => Promise<unknown>,
  decode: (value: unknown) => readonly T[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const all: T[] = [];
  let params: CcxtParams = {};
  for (let page = 1; page <= pagesMax; page += 1) {
    const asked = params;
    const { value, answers } = await session.read((exchange) => ask(exchange, pageMax, asked), decode, signal);
    const body = answers.at(-1)?.body;
    if (entries(body) === undefined) throw malformedList();
    all.push(...value);
    const following = next(body, page);
    if (following === undefined) return all;
    params = following;
  }
  throw new SurefillError("VENUE_UNREACHABLE", `the exchange's list has more than ${pagesMax} pages`);
}

export function malformedList(): SurefillError {
  return new SurefillError("VENUE_UNREACHABLE", "the exchange's answer is no list");
}
