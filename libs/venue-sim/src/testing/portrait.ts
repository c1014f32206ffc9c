import { type InstrumentId, wallTime } from "@surefill/core";
import type { ExchangeApi } from "../exchange/exchange-api.ts";
import type { ExchangeEvent } from "../exchange/exchange-event.ts";
import { never, paper } from "./open-exchange.ts";

/** Everything that can be asked of an exchange about one account and its markets. */
export async function portrait(exchange: ExchangeApi, events: readonly ExchangeEvent[]) {
  const instruments: readonly InstrumentId[] = (await exchange.instruments(never)).map(({ symbol }) => symbol);
  const accepted = events.filter((event) => event.type === "ORDER_ACCEPTED");
  const orders = await Promise.all(accepted.map(({ submitKey }) => exchange.order(paper, submitKey, never)));
  return {
    orders: orders.map((answer) => (answer.kind === "FOUND" ? answer.report : answer.kind)),
    open: await exchange.openOrders(paper, never),
    fills: (await exchange.fills(paper, wallTime(0), 1_000, never)).fills,
    balances: [...(await exchange.balances(paper, never))],
    quotes: (await exchange.quotes(instruments, never)).map(({ bid, ask }) => [bid, ask]),
  };
}
