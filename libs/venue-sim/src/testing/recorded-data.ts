import { testData } from "@surefill/core/testing";
import type { TestContext } from "vitest";

/** The path of recorded data; without it the test is skipped, saying why. */
export function recordedData(path: string, { skip }: TestContext): string {
  return testData(path) ?? skip(`no ${path}: set SUREFILL_TEST_DATA to the folder that holds it`);
}

export const recordedQuotes = "market-data/binance-futures-btcusdt-quotes.csv";
export const recordedTrades = "market-data/binance-futures-btcusdt-trades-2020-02-22.csv";
export const recordedJsonTrades = "market-data/binance-spot-xrpeth-trades.json.gz";
