import type { StandOperation } from "@surefill/venue-testkit";
import type { OrderReference } from "../exchange/ledger.ts";
import type { AccountSettings, Permission, SymbolSettings } from "../exchange/settings.ts";
import type { SpotExchange } from "../exchange/spot-exchange.ts";
import { refuse } from "../exchange/spot-refusal.ts";
import { accountView } from "./account-view.ts";
import { exchangeInfo } from "./exchange-info.ts";
import { listWindowOf, pageOf } from "./list-window.ts";
import { bookTickerView, dayTickerView, depthView, priceView } from "./market-views.ts";
import { clientOrderIdOf, newOrderOf, symbolOf } from "./new-order.ts";
import { cancelledView, orderView, placedView, tradeView } from "./order-view.ts";
import type { Parameters } from "./parameters.ts";

/** A request that may be answered: of an open route, or signed by `account`. */
export interface Asked {
  readonly exchange: SpotExchange;
  readonly parameters: Parameters;
  readonly account: AccountSettings;
  /** Client order ids for what comes without one. */
  readonly nextId: () => string;
}

export interface Route {
  readonly operation: StandOperation;
  readonly permission?: Permission;
  /** Request weight, as rest-api.md has it. */
  readonly weight: number | ((parameters: Parameters) => number);
  readonly answer: (asked: Asked) => unknown;
}

/** By method and path. */
export const routes: Readonly<Record<string, Route>> = {
  "GET /api/v3/ping": { operation: "OTHER", weight: 1, answer: () => ({}) },
  "GET /api/v3/time": {
    operation: "OTHER",
    weight: 1,
    answer: ({ exchange }) => ({ serverTime: exchange.now() }),
  },
  "GET /api/v3/exchangeInfo": {
    operation: "INSTRUMENTS",
    weight: 20,
    answer: ({ exchange, parameters }) => {
      for (const filter of ["permissions", "showPermissionSets", "symbolStatus"]) parameters.text(filter);
      return exchangeInfo(exchange, symbolsOf(exchange, parameters).symbols);
    },
  },
  "GET /api/v3/depth": {
    operation: "PRICES",
    weight: (parameters) => depthWeight(Number(parameters.text("limit") ?? "100")),
    answer: ({ exchange, parameters }) => {
      const limit = Math.min(parameters.integer("limit") ?? 100, 5_000);
      return depthView(exchange, listed(exchange, symbolOf(parameters)), limit);
    },
  },
  "GET /api/v3/ticker/price": ticker(2, 4, priceView),
  "GET /api/v3/ticker/bookTicker": ticker(2, 4, bookTickerView),
  "GET /api/v3/ticker/24hr": ticker(2, 80, dayTickerView),
  "GET /api/v3/account": {
    operation: "BALANCES",
    permission: "USER_DATA",
    weight: 20,
    answer: ({ exchange, account, parameters }) =>
      accountView(exchange, account, parameters.text("omitZeroBalances") === "true"),
  },
  "GET /api/v3/rateLimit/order": {
    operation: "OTHER",
    permission: "USER_DATA",
    weight: 40,
    answer: ({ exchange, account }) =>
      exchange.orderCounts(account.account).map((count) => ({ rateLimitType: "ORDERS", ...count })),
  },
  "POST /api/v3/order": {
    operation: "SUBMIT",
    permission: "TRADE",
    weight: 1,
    answer: ({ exchange, account, parameters, nextId }) => {
      const { terms, answer } = newOrderOf(parameters, nextId());
      parameters.finish();
      return placedView(exchange.place(account.account, terms), answer);
    },
  },
  "POST /api/v3/order/test": {
    operation: "OTHER",
    permission: "TRADE",
    weight: 1,
    answer: ({ exchange, account, parameters, nextId }) => {
      const { terms } = newOrderOf(parameters, nextId());
      parameters.finish();
      exchange.test(account.account, terms);
      return {};
    },
  },
  "GET /api/v3/order": {
    operation: "LOOKUP",
    permission: "USER_DATA",
    weight: 4,
    answer: ({ exchange, account, parameters }) => {
      const symbol = listed(exchange, symbolOf(parameters));
      const order = exchange.find(account.account, symbol, referenceOf(parameters));
      if (order === undefined) throw refuse.noSuchOrder();
      return orderView(order);
    },
  },
  "DELETE /api/v3/order": {
    operation: "CANCEL",
    permission: "TRADE",
    weight: 1,
    answer: ({ exchange, account, parameters, nextId }) => {
      const symbol = listed(exchange, symbolOf(parameters));
      const reference = referenceOf(parameters);
      const cancelId = clientOrderIdOf(parameters, "newClientOrderId") ?? nextId();
      const onlyIf = { ONLY_NEW: "NEW", ONLY_PARTIALLY_FILLED: "PARTIALLY_FILLED" } as const;
      const names = ["ONLY_NEW", "ONLY_PARTIALLY_FILLED"] as const;
      const restriction = parameters.oneOf("cancelRestrictions", names, refuse.cancelRestrictions());
      parameters.finish();
      const only = restriction === undefined ? {} : { onlyIf: onlyIf[restriction] };
      return cancelledView(exchange.cancel(account.account, symbol, reference, { cancelId, ...only }));
    },
  },
  "GET /api/v3/openOrders": {
    operation: "OPEN_ORDERS",
    permission: "USER_DATA",
    weight: (parameters) => (parameters.has("symbol") ? 6 : 80),
    answer: ({ exchange, account, parameters }) => {
      const symbol = parameters.has("symbol") ? listed(exchange, symbolOf(parameters)) : undefined;
      return exchange.openOrders(account.account, symbol).map(orderView);
    },
  },
  "DELETE /api/v3/openOrders": {
    operation: "CANCEL_ALL",
    permission: "TRADE",
    weight: 1,
    answer: ({ exchange, account, parameters, nextId }) => {
      const symbol = listed(exchange, symbolOf(parameters));
      parameters.finish();
      return exchange.cancelAll(account.account, symbol, nextId()).map(cancelledView);
    },
  },
  "GET /api/v3/allOrders": {
    operation: "LOOKUP",
    permission: "USER_DATA",
    weight: 20,
    answer: ({ exchange, account, parameters }) => {
      const symbol = listed(exchange, symbolOf(parameters));
      const orders = exchange
        .orders(account.account, symbol)
        .map((order) => ({ id: order.accepted.orderId, at: order.accepted.at, order }));
      return pageOf(orders, listWindowOf(parameters, "orderId")).map(({ order }) => orderView(order));
    },
  },
  "GET /api/v3/myTrades": {
    operation: "FILLS",
    permission: "USER_DATA",
    weight: (parameters) => (parameters.has("orderId") ? 5 : 20),
    answer: ({ exchange, account, parameters }) => {
      const symbol = listed(exchange, symbolOf(parameters));
      const ofOrder = parameters.integer("orderId");
      const trades = exchange
        .trades(account.account, symbol)
        .filter(({ orderId }) => ofOrder === undefined || orderId === ofOrder)
        .map((trade) => ({ id: trade.tradeId, at: trade.at, trade }));
      return pageOf(trades, listWindowOf(parameters, "fromId")).map(({ trade }) => tradeView(trade));
    },
  },
};

function depthWeight(limit: number): number {
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1_000 ? 50 : 250;
}

/** Of one symbol an object, of several a list. */
function ticker(
  weightOfOne: number,
  weightOfAll: number,
  view: (exchange: SpotExchange, symbol: string) => unknown,
): Route {
  return {
    operation: "PRICES",
    weight: (parameters) => (parameters.has("symbol") ? weightOfOne : weightOfAll),
    answer: ({ exchange, parameters }) => {
      parameters.oneOf("type", ["FULL"], refuse.parameter("type"));
      const { symbols, isOne } = symbolsOf(exchange, parameters);
      const views = symbols.map(({ symbol }) => view(exchange, symbol));
      return isOne ? views[0] : views;
    },
  };
}

/** The symbols that `symbol` or `symbols`, a JSON list, name; all where neither does. */
function symbolsOf(
  exchange: SpotExchange,
  parameters: Parameters,
): { readonly symbols: readonly SymbolSettings[]; readonly isOne: boolean } {
  const all = exchange.settings.symbols;
  const one = parameters.has("symbol") ? symbolOf(parameters) : undefined;
  const list = parameters.text("symbols");
  if (one !== undefined && list !== undefined) throw refuse.combination();
  const names = one !== undefined ? [one] : list === undefined ? undefined : namesIn(list);
  if (names === undefined) return { symbols: all, isOne: false };
  for (const name of names) listed(exchange, name);
  return { symbols: all.filter(({ symbol }) => names.includes(symbol)), isOne: one !== undefined };
}

function namesIn(list: string): readonly string[] {
  if (!/^\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,999}\]$/.test(list)) throw refuse.parameter("symbols");
  return list.slice(2, -2).split('","');
}

function listed(exchange: SpotExchange, symbol: string): string {
  if (!exchange.lists(symbol)) throw refuse.symbol();
  return symbol;
}

function referenceOf(parameters: Parameters): OrderReference {
  const orderId = parameters.integer("orderId");
  const clientOrderId = parameters.text("origClientOrderId");
  if (orderId === undefined && clientOrderId === undefined) throw refuse.oneOf("origClientOrderId", "orderId");
  return { ...(orderId !== undefined && { orderId }), ...(clientOrderId !== undefined && { clientOrderId }) };
}
