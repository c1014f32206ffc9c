export { ConnectionError } from "./connection-error.ts";
export { Exchange, type ExchangeSurroundings } from "./exchange.ts";
export type {
  AccountFills,
  CancelAllAnswer,
  CancelAnswer,
  ExchangeApi,
  OrderAnswer,
  OrderReport,
  OrderStatus,
  Quote,
  SubmitAnswer,
} from "./exchange-api.ts";
export type { ExchangeEvent, FillEvent, OrderAccepted, OrderEnded, OrderRefused } from "./exchange-event.ts";
export { type ExchangeLog, MemoryExchangeLog, noExchangeLog } from "./exchange-log.ts";
export { FileExchangeLog } from "./file-exchange-log.ts";
export { ExchangeHost, type HostOptions } from "./http/exchange-host.ts";
export { HostedExchange, type HostedOptions } from "./http/hosted-exchange.ts";
export { HttpExchange, type HttpOptions } from "./http/http-exchange.ts";
export type { MarketRow } from "./market/market-row.ts";
export { openPriceSources } from "./market/open-price-sources.ts";
export type { PriceSource } from "./market/price-source.ts";
export { readTape } from "./market/read-tape.ts";
export type { TapeRow } from "./market/tape-row.ts";
export { openExchange } from "./open-exchange.ts";
export { encodeOrderRequest, type OrderRequest } from "./order-request.ts";
export { readExchangeLog } from "./read-exchange-log.ts";
export type { Refusal, RefusalReason } from "./refusal.ts";
export type {
  ExchangeSettings,
  ListedInstrument,
  PartialFills,
  PriceSettings,
  TapeSettings,
  WalkPriceSettings,
} from "./settings.ts";
export { type FaultSettings, UnreliableExchange } from "./unreliable-exchange.ts";
