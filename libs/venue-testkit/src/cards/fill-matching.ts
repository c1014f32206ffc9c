import type { ReportedFill, VenueFill } from "@surefill/core";
import { mustEqual } from "../check.ts";
import type { Filled } from "../trial.ts";
import { mustBeExact } from "./exact.ts";

/** @throws CardFailure unless the fills are those of the counterpart's books, each once, digit for digit. */
export function mustMatchFills(told: readonly VenueFill[], booked: readonly Filled[]): void {
  mustEqual("the fills", [...told].map(figuresOf).sort(byText), [...booked].map(bookedFigures).sort(byText));
  for (const { lastQuantity, lastPrice, fee } of told) {
    mustBeExact("a fill's quantity", lastQuantity);
    mustBeExact("a fill's price", lastPrice);
    if (fee !== undefined) mustBeExact("a fill's fee", fee.amount);
  }
}

export function fillsOf(reported: readonly ReportedFill[]): readonly VenueFill[] {
  return reported.map(({ fill }) => fill);
}

function figuresOf({ venueOrderId, venueFillId, lastQuantity, lastPrice }: VenueFill): readonly unknown[] {
  return [venueOrderId, venueFillId, lastQuantity, lastPrice];
}

function bookedFigures({ venueOrderId, venueFillId, quantity, price }: Filled): readonly unknown[] {
  return [venueOrderId, venueFillId, quantity, price];
}

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}
