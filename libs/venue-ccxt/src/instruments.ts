import {
  amount,
  type Decimal,
  decimal,
  type Instrument,
  instrumentId,
  quantity,
  SurefillError,
  sign,
} from "@surefill/core";
import type { CcxtExchange } from "./ccxt-exchange.ts";
import { decodeMarket, type UnifiedMarket } from "./unified.ts";

/** ccxt's ways to state precision. */
const precisionModes = { decimalPlaces: 2, tickSize: 4 } as const;
/** Where an exchange states no greatest quantity. */
const unlimited = "1000000000000000000";

/** What is traded, with what market orders are further bound by. */
export interface ListedMarket {
  readonly instrument: Instrument;
  readonly marketQuantity: { readonly min?: Decimal; readonly max?: Decimal };
  readonly notionalMax?: Decimal;
}

/**
 * The instruments of the configuration as the exchange lists them, exactly.
 * @throws SurefillError CONFIG_INVALID for one that it does not trade now, naming it.
 */
export function listMarkets(
  exchange: Pick<CcxtExchange, "id" | "markets" | "precisionMode">,
  symbols: readonly string[],
): readonly ListedMarket[] {
  return symbols.map((symbol) => {
    const raw = exchange.markets?.[symbol];
    if (raw === undefined) throw refusal(exchange.id, symbol, "has no such instrument");
    const market = decodeMarket(raw);
    if (market.spot !== true) throw refusal(exchange.id, symbol, "trades it, but not as spot");
    if (market.active === false) throw refusal(exchange.id, symbol, "does not trade it now");
    return listed(exchange, market);
  });
}

function listed(exchange: Pick<CcxtExchange, "id" | "precisionMode">, market: UnifiedMarket): ListedMarket {
  const { symbol, base, quote, precision, limits } = market;
  const lotSize = stepOf(exchange, precision.amount);
  const least = positive(limits.amount?.min) ?? lotSize;
  const instrument: Instrument = {
    symbol: instrumentId(symbol),
    base,
    quote,
    tickSize: stepOf(exchange, precision.price),
    lotSize,
    quantityMin: quantity(least),
    quantityMax: quantity(positive(limits.amount?.max) ?? unlimited),
    notionalMin: amount(positive(limits.cost?.min) ?? "0"),
  };
  const { min, max } = { min: positive(limits.market?.min), max: positive(limits.market?.max) };
  const notionalMax = positive(limits.cost?.max);
  return {
    instrument,
    marketQuantity: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
    ...(notionalMax === undefined ? {} : { notionalMax }),
  };
}

/** The step that a precision stands for. Significant digits have none: what is sent is compared with what was asked. */
function stepOf(
  { id, precisionMode }: Pick<CcxtExchange, "id" | "precisionMode">,
  precision: Decimal | undefined,
): Decimal {
  if (precision === undefined) return decimal("0");
  if (precisionMode === precisionModes.tickSize) return precision;
  if (precisionMode !== precisionModes.decimalPlaces) return decimal("0");
  const places = Number(precision);
  if (!Number.isInteger(places) || places < 0 || places > 30) {
    throw new SurefillError("VENUE_UNREACHABLE", `${id} states a precision of ${precision} places`);
  }
  return decimal(places === 0 ? "1" : `0.${"0".repeat(places - 1)}1`);
}

/** Zero is how exchanges say "no limit". */
function positive(value: Decimal | undefined): Decimal | undefined {
  return value !== undefined && sign(value) > 0 ? value : undefined;
}

function refusal(exchange: string, symbol: string, text: string): SurefillError {
  return new SurefillError("CONFIG_INVALID", `${exchange} ${text}: ${symbol}`, {
    context: { field: "instruments", exchange, instrument: symbol },
  });
}
