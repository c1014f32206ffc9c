import type { ExchangeProfile } from "../exchange-profile.ts";
import { binance } from "./binance.ts";
import { bybit } from "./bybit.ts";
import { coinbase } from "./coinbase.ts";
import { kraken } from "./kraken.ts";
import { okx } from "./okx.ts";

/** The exchanges whose behaviour is held by tests, by ccxt's id. */
export const testedExchanges: readonly ExchangeProfile[] = [binance, bybit, coinbase, kraken, okx];
