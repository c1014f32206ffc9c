import { type InstrumentId, instrumentId, type MarketPrice, SurefillError, type WallTime } from "@surefill/core";
import type { ExchangeProfile } from "./exchange-profile.ts";
import type { Session } from "./session.ts";
import { decodeBookTop, decodeTickers, positivePrice, type UnifiedTicker } from "./unified.ts";

/** Books are asked for one by one; not more than so many at the same time. */
const booksAtOnce = 5;

/**
 * Best prices, in one request where the exchange gives them so; what has no bid or no ask is absent.
 * @throws SurefillError VENUE_UNREACHABLE for an answer that tells of nothing that was asked for: it is no answer.
 */
export async function readPrices(
  session: Session,
  { prices }: ExchangeProfile,
  instruments: readonly InstrumentId[],
  now: () => WallTime,
  signal: AbortSignal,
): Promise<ReadonlyMap<InstrumentId, MarketPrice>> {
  if (instruments.length === 0) return new Map();
  const tickers =
    prices === "ORDER_BOOKS"
      ? await readBooks(session, instruments, signal)
      : await readTickers(session, prices, instruments, signal);
  // ccxt makes an empty record, or an empty book, of whatever JSON came.
  if (!instruments.some((symbol) => Object.hasOwn(tickers, symbol))) {
    throw new SurefillError("VENUE_UNREACHABLE", "the exchange's answer tells no prices");
  }
  return marketPrices(tickers, instruments, now());
}

async function readTickers(
  session: Session,
  prices: "BIDS_ASKS" | "TICKERS",
  instruments: readonly InstrumentId[],
  signal: AbortSignal,
) {
  const { value } = await session.read(
    (exchange) => (prices === "BIDS_ASKS" ? exchange.fetchBidsAsks(instruments) : exchange.fetchTickers(instruments)),
    decodeTickers,
    signal,
  );
  return value;
}

async function readBooks(session: Session, instruments: readonly InstrumentId[], signal: AbortSignal) {
  const books: Record<string, UnifiedTicker> = {};
  for (let from = 0; from < instruments.length; from += booksAtOnce) {
    await Promise.all(
      instruments.slice(from, from + booksAtOnce).map(async (symbol) => {
        const { value } = await session.read((exchange) => exchange.fetchOrderBook(symbol, 5), decodeBookTop, signal);
        if (value.bid !== undefined || value.ask !== undefined) books[symbol] = value;
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
