import { type InstrumentId, instrumentId, type MarketPrice, type WallTime } from "@surefill/core";
import type { ExchangeProfile } from "./exchange-profile.ts";
import type { Session } from "./session.ts";
import { decodeBookTop, decodeTickers, positivePrice, type UnifiedTicker } from "./unified.ts";

/** Books are asked for one by one; not more than so many at the same time. */
const booksAtOnce = 5;

/** Best prices, in one request where the exchange gives them so; what has no bid or no ask is absent. */
export async function readPrices(
  session: Session,
  { prices }: ExchangeProfile,
  instruments: readonly InstrumentId[],
  now: () => WallTime,
  signal: AbortSignal,
): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
  if (instruments.length === 0) return new Map();
  if (prices === "ORDER_BOOKS") return marketPrices(await readBooks(session, instruments, signal), instruments, now());
  const { value } = await session.read(
    (exchange) => (prices === "BIDS_ASKS" ? exchange.fetchBidsAsks(instruments) : exchange.fetchTickers(instruments)),
    decodeTickers,
    signal,
  );
  return marketPrices(value, instruments, now());
}

async function readBooks(session: Session, instruments: readonly InstrumentId[], signal: AbortSignal) {
  const books: Record<string, UnifiedTicker> = {};
  for (let from = 0; from < instruments.length; from += booksAtOnce) {
    await Promise.all(
      instruments.slice(from, from + booksAtOnce).map(async (symbol) => {
        const { value } = await session.read((exchange) => exchange.fetchOrderBook(symbol, 5), decodeBookTop, signal);
        books[symbol] = value;
      }),
    );
  }
  return books;
}

function marketPrices(
  tickers: Readonly<Record<string, UnifiedTicker>>,
  instruments: readonly InstrumentId[],
  now: WallTime,
): ReadonlyMap<InstrumentId, MarketPrice> {
  return new Map(
    instruments.flatMap((symbol) => {
      const ticker = tickers[symbol];
      const [bid, ask] = [positivePrice(ticker?.bid), positivePrice(ticker?.ask)];
      if (bid === undefined || ask === undefined) return [];
      return [[instrumentId(symbol), { bid, ask, at: ticker?.timestamp ?? now }] as const];
    }),
  );
}
