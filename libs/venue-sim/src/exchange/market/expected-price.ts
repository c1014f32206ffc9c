import type { Price } from "@surefill/core";
import type { MarketRow } from "./market-row.ts";

/** A market that always agrees with the order: its expected price is bid and ask, else the reference price is. */
export class ExpectedPrice {
  readonly pace = "NEVER";
  readonly #referencePrice: Price;

  constructor(referencePrice: Price) {
    this.#referencePrice = referencePrice;
  }

  row(expectedPrice?: Price): MarketRow {
    const price = expectedPrice ?? this.#referencePrice;
    return { bid: price, ask: price };
  }
}
