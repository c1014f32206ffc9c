import { existsSync } from "node:fs";
import { type Clock, type Log, type PriceFeed, SurefillError } from "@surefill/core";
import { Exchange } from "./exchange.ts";
import { noExchangeLog } from "./exchange-log.ts";
import { FileExchangeLog } from "./file-exchange-log.ts";
import { LivePrices } from "./market/live-prices.ts";
import { openPriceSources } from "./market/open-price-sources.ts";
import { readExchangeLog } from "./read-exchange-log.ts";
import type { ExchangeSettings, ListedInstrument } from "./settings.ts";

/**
 * An exchange as it is configured: with `logFile` it goes on where the last one with that file ended.
 * `feed`: the other venue's prices, where it is configured with some.
 * @throws SurefillError CONFIG_INVALID for a tape or an instrument that the feed does not have, INTERNAL for a log that can't be used.
 */
export async function openExchange(
  given: ExchangeSettings,
  { feed, ...outside }: { readonly clock: Clock; readonly log: Log; readonly feed?: PriceFeed },
): Promise<Exchange> {
  const settings = { ...given, instruments: listedBy(given, feed) };
  const live = liveFrom(settings, feed, outside);
  const prices = openPriceSources(settings, live);
  const surroundings = { ...outside, prices, ...(live === undefined ? {} : { live }) };
  const { logFile } = settings;
  if (logFile === undefined) return Exchange.open(settings, { ...surroundings, exchangeLog: noExchangeLog });
  const history = existsSync(logFile) ? readExchangeLog(logFile) : [];
  const exchangeLog = FileExchangeLog.open(logFile);
  try {
    return await Exchange.open(settings, { ...surroundings, exchangeLog }, history);
  } catch (error) {
    exchangeLog.close();
    if (!(error instanceof RangeError)) throw error;
    const text = `${logFile} is the log of an exchange that was set up otherwise (${error.message}); give another logFile`;
    throw new SurefillError("CONFIG_INVALID", text, { context: { field: "logFile", file: logFile }, cause: error });
  }
}

function liveFrom(
  { prices }: ExchangeSettings,
  feed: PriceFeed | undefined,
  outside: { readonly clock: Clock; readonly log: Log },
): LivePrices | undefined {
  return feed === undefined || prices.source !== "venue" ? undefined : new LivePrices(feed, prices, outside);
}

/** What the settings list, of which the feed must have each; all that it has where they list none. */
function listedBy({ instruments, prices }: ExchangeSettings, feed?: PriceFeed): readonly ListedInstrument[] {
  if (feed === undefined || prices.source !== "venue") return instruments;
  if (instruments.length === 0) return feed.instruments;
  const priced = new Set(feed.instruments.map(({ symbol }) => symbol));
  const missing = instruments.find(({ symbol }) => !priced.has(symbol));
  if (missing === undefined) return instruments;
  const { symbol } = missing;
  const text = `instruments: ${prices.venue} has no ${symbol}, so there are no prices of it`;
  throw new SurefillError("CONFIG_INVALID", text, { context: { field: "instruments", instrument: symbol } });
}
