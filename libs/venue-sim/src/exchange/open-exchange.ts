import { existsSync } from "node:fs";
import { type Clock, type Log, SurefillError } from "@surefill/core";
import { Exchange } from "./exchange.ts";
import { noExchangeLog } from "./exchange-log.ts";
import { FileExchangeLog } from "./file-exchange-log.ts";
import { openPriceSources } from "./market/open-price-sources.ts";
import { readExchangeLog } from "./read-exchange-log.ts";
import type { ExchangeSettings } from "./settings.ts";

/**
 * An exchange as it is configured: with `logFile` it goes on where the last one with that file ended.
 * @throws SurefillError CONFIG_INVALID for a tape, INTERNAL for a log that can't be used.
 */
export async function openExchange(
  settings: ExchangeSettings,
  surroundings: { readonly clock: Clock; readonly log: Log },
): Promise<Exchange> {
  const prices = openPriceSources(settings);
  const { logFile } = settings;
  if (logFile === undefined) return Exchange.open(settings, { ...surroundings, prices, exchangeLog: noExchangeLog });
  const history = existsSync(logFile) ? readExchangeLog(logFile) : [];
  const exchangeLog = FileExchangeLog.open(logFile);
  try {
    return await Exchange.open(settings, { ...surroundings, prices, exchangeLog }, history);
  } catch (error) {
    exchangeLog.close();
    if (!(error instanceof RangeError)) throw error;
    const text = `${logFile} is the log of an exchange that was set up otherwise (${error.message}); give another logFile`;
    throw new SurefillError("CONFIG_INVALID", text, { context: { field: "logFile", file: logFile }, cause: error });
  }
}
