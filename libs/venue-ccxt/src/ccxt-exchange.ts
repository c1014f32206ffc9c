/**
 * What of a ccxt exchange is used, as it behaves with `number: String`. ccxt's own declarations promise numbers where
 * strings come, so every answer is unknown here, and decoded by unified-*.ts.
 */
export interface CcxtExchange {
  readonly id: string;
  readonly has: Record<string, boolean | "emulated" | undefined>;
  readonly features: unknown;
  readonly precisionMode: number;
  readonly hostname?: string;
  readonly urls: { api?: unknown; readonly test?: unknown };
  readonly markets: Readonly<Record<string, unknown>> | undefined;
  readonly options: Record<string, unknown>;
  headers: Record<string, string>;

  loadMarkets(reload?: boolean): Promise<Readonly<Record<string, unknown>>>;
  setMarketsFromExchange(other: CcxtExchange): void;
  setSandboxMode(enabled: boolean): void;
  amountToPrecision(symbol: string, amount: string): string;
  priceToPrecision(symbol: string, price: string): string;

  fetchTime(): Promise<unknown>;
  fetchTickers(symbols: readonly string[]): Promise<unknown>;
  fetchBidsAsks(symbols: readonly string[]): Promise<unknown>;
  fetchOrderBook(symbol: string, limit: number): Promise<unknown>;
  fetchBalance(params?: CcxtParams): Promise<unknown>;
  createOrder(
    symbol: string,
    type: string,
    side: string,
    amount: string | undefined,
    price: string | undefined,
    params: CcxtParams,
  ): Promise<unknown>;
  /** The request that createOrder sends; not every exchange has it. */
  createOrderRequest?: (
    symbol: string,
    type: string,
    side: string,
    amount: string | undefined,
    price: string | undefined,
    params: CcxtParams,
  ) => CcxtParams;
  fetchOrder(id: string | undefined, symbol: string, params?: CcxtParams): Promise<unknown>;
  fetchOpenOrders(symbol?: string, since?: number, limit?: number, params?: CcxtParams): Promise<unknown>;
  fetchClosedOrders(symbol?: string, since?: number, limit?: number, params?: CcxtParams): Promise<unknown>;
  fetchCanceledAndClosedOrders(symbol?: string, since?: number, limit?: number, params?: CcxtParams): Promise<unknown>;
  fetchMyTrades(symbol?: string, since?: number, limit?: number, params?: CcxtParams): Promise<unknown>;
  fetchOrderTrades(id: string, symbol: string, since?: number, limit?: number, params?: CcxtParams): Promise<unknown>;
  cancelOrder(id: string | undefined, symbol: string, params?: CcxtParams): Promise<unknown>;
  cancelAllOrders(symbol?: string, params?: CcxtParams): Promise<unknown>;

  // Replaced by ours: how requests leave, what time it is, how JSON is read.
  fetch(url: string, method?: string, headers?: Record<string, string>, body?: string): Promise<unknown>;
  milliseconds(): number;
  seconds(): number;
  parseJson(text: string): unknown;
  setHeaders(headers: Record<string, string>): Record<string, string>;
  handleRestResponse(
    response: AnswerForCcxt,
    url: string,
    method: string,
    requestHeaders: Record<string, string> | undefined,
    requestBody: string | undefined,
  ): Promise<unknown>;
}

/** The part of an HTTP answer that ccxt reads errors and contents from. */
export interface AnswerForCcxt {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
}

export type CcxtParams = Readonly<Record<string, unknown>>;
