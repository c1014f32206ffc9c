import { compare, type Price, price } from "@surefill/core";
import { readTape } from "@surefill/venue-sim/exchange";

/** What the demo trades, with the precision that its prices have. */
export interface DemoMarket {
  readonly symbol: string;
  readonly firstPrice: Price;
  readonly priceDecimals: number;
}

const walkMarket: DemoMarket = { symbol: "BTC/USDT", firstPrice: price("10000"), priceDecimals: 2 };
/** Rows that are looked at for the number of decimals. */
const rowsLookedAt = 1_000;

/** The market of a tape, whatever it was recorded of, or of the random walk. @throws SurefillError for a bad tape. */
export function demoMarket(tape: string | undefined): DemoMarket {
  if (tape === undefined) return walkMarket;
  const rows = readTape(tape).slice(0, rowsLookedAt);
  const prices = rows.flatMap(({ bid, ask }) => [bid, ask]);
  const firstPrice = prices[0] ?? walkMarket.firstPrice;
  return { symbol: "BASE/QUOTE", firstPrice, priceDecimals: Math.max(...prices.map(decimalsOf)) };
}

/** The instrument as the simulated venue is configured with it. */
export function instrumentOf({ symbol, firstPrice, priceDecimals }: DemoMarket) {
  const [base = "", quote = ""] = symbol.split("/");
  return {
    ...{ symbol, base, quote, referencePrice: firstPrice },
    tickSize: priceDecimals === 0 ? "1" : `0.${"0".repeat(priceDecimals - 1)}1`,
    lotSize: lotOf(firstPrice),
    quantityMin: lotOf(firstPrice),
    quantityMax: "1000000000000",
    notionalMin: "5",
  };
}

/** Small enough that an order of a hundred quote units is many lots. */
function lotOf(firstPrice: Price): string {
  return compare(firstPrice, price("1")) < 0 ? "1" : "0.00001";
}

/** Decimals of the demo's quantities: those of its lot. */
export function quantityDecimals({ firstPrice }: DemoMarket): number {
  return decimalsOf(lotOf(firstPrice));
}

function decimalsOf(text: string): number {
  return text.split(".")[1]?.length ?? 0;
}
