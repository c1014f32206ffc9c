import { describe, expectTypeOf, it } from "vitest";
import type { Decimal } from "../money/decimal.ts";
import type { Price } from "../money/price.ts";
import type { Quantity } from "../money/quantity.ts";

describe("brands, as the compiler sees them", () => {
  it("given a type branded twice, so it is a type of its own, and neither never nor another brand", () => {
    expectTypeOf<Price>().not.toBeNever();
    expectTypeOf<Price>().toExtend<Decimal>();
    expectTypeOf<Price>().not.toExtend<Quantity>();
    expectTypeOf<Decimal>().not.toExtend<Price>();
    expectTypeOf<string>().not.toExtend<Decimal>();
  });
});
