import { onTestFinished } from "vitest";
import type { BinanceStand } from "../binance-stand.ts";

/** What of ccxt's binance is used here. Its own declarations promise numbers where strings come. */
export interface CcxtBinance {
  readonly options: Record<string, unknown>;
  readonly markets: Record<string, unknown>;
  urls: { api: Record<string, unknown> };
  undiciRequest(url: string, parameters: unknown): Promise<unknown>;
  loadMarkets(): Promise<unknown>;
  loadTimeDifference(): Promise<unknown>;
  loadHttpProxyAgent(): Promise<unknown>;
  createOrder(...order: readonly unknown[]): Promise<Record<string, unknown>>;
  fetchOrder(...order: readonly unknown[]): Promise<Record<string, unknown>>;
  cancelOrder(...order: readonly unknown[]): Promise<Record<string, unknown>>;
  cancelAllOrders(symbol: string): Promise<readonly Record<string, unknown>[]>;
  fetchOpenOrders(symbol?: string): Promise<readonly Record<string, unknown>[]>;
  fetchOrders(symbol: string): Promise<readonly Record<string, unknown>[]>;
  fetchMyTrades(symbol: string): Promise<readonly Record<string, unknown>[]>;
  fetchBalance(): Promise<Record<string, unknown>>;
  fetchTicker(symbol: string): Promise<Record<string, unknown>>;
  fetchBidsAsks(symbols: readonly string[]): Promise<Record<string, unknown>>;
  fetchLastPrices(symbols: readonly string[]): Promise<Record<string, unknown>>;
  fetchOrderBook(symbol: string): Promise<Record<string, unknown>>;
  fetchTime(): Promise<number>;
  watchOrders(symbol: string): Promise<readonly Record<string, unknown>[]>;
  watchMyTrades(symbol: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<unknown>;
}

type BinanceClass = new (options: Record<string, unknown>) => CcxtBinance;

const host = "https://api.binance.com";

/**
 * The unmodified class, which believes that it talks to Binance: it keeps its URLs, by whose host it picks its errors, and
 * the bytes go to the stand.
 */
export async function ccxtBinance(stand: BinanceStand, options: Record<string, unknown> = {}): Promise<CcxtBinance> {
  const place = new URL("./src/pro/binance.js", import.meta.resolve("ccxt"));
  const Binance: BinanceClass = (await import(place.href)).default;
  const exchange = new Binance({
    apiKey: "alice-key",
    secret: "alice-secret",
    number: String,
    enableRateLimit: false,
    timeout: 15_000,
    options: {
      fetchMarkets: { types: ["spot"] },
      fetchCurrencies: false,
      fetchMargins: false,
      warnOnFetchOpenOrdersWithoutSymbol: false,
    },
    ...options,
  });
  const undiciRequest = exchange.undiciRequest.bind(exchange);
  exchange.undiciRequest = (url, parameters) => undiciRequest(url.replace(host, stand.origin), parameters);
  const { ws } = exchange.urls.api;
  if (typeof ws !== "object" || ws === null) throw new TypeError("ccxt has no place for its streams");
  Object.assign(ws, { "ws-api": { spot: stand.streamUrl } });
  onTestFinished(async () => void (await exchange.close()));
  await exchange.loadMarkets();
  // Without it a stream that is not TLS is refused.
  await exchange.loadHttpProxyAgent();
  return exchange;
}

/** What ccxt says, its numbers in their shortest spelling: it passes on the zeros that Binance's have at the end. */
export async function plain(said: unknown): Promise<unknown> {
  return JSON.parse(JSON.stringify(await said), (_key, value: unknown) =>
    typeof value === "string" && /^[0-9]+\.[0-9]+$/.test(value) ? value.replace(/\.?0+$/, "") : value,
  );
}
