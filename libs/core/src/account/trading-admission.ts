import type { ErrorCode } from "../error/error-code.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { compare, sign } from "../money/decimal.ts";
import { addQuantity, type Quantity, remainingQuantity, zeroQuantity } from "../money/quantity.ts";
import { magnitudeOf, type SignedQuantity, signedQuantity } from "../money/signed-quantity.ts";
import type { Instruction, Side } from "../order/instruction.ts";
import type { Order } from "../order/order.ts";
import { openExposure } from "../position/open-exposure.ts";
import { type ScopedTradingState, scopeText, type TradingState } from "./trading-state.ts";

/** What of a position can still be reduced. */
export interface Reducible {
  /** Long is positive. */
  readonly held: SignedQuantity;
  /** What other live orders of the same side may still take of it; "ALL" where one of them has no bound in base. */
  readonly claimed: Quantity | "ALL";
}

/** Of no position anything can be taken. */
export const nothingHeld: Reducible = { held: signedQuantity("0"), claimed: "ALL" };

const refusals = { REDUCE_ONLY: "REDUCE_ONLY", HALTED: "TRADING_HALTED" } as const satisfies Record<
  Exclude<TradingState, "ACTIVE">,
  ErrorCode
>;

/**
 * Whether the order provably makes the position smaller and not less than nothing, whatever else is filled meanwhile:
 * its purpose says so, its side is against what is held, and its size in base fits into what no other order claims. An
 * order sized in quote proves nothing, for its price decides how much it takes.
 */
export function reduces(
  { purpose, side, size }: Pick<Instruction, "purpose" | "side" | "size">,
  { held, claimed }: Reducible,
): boolean {
  if (purpose === "ENTRY" || size.in === "QUOTE" || claimed === "ALL") return false;
  if (sign(held) !== reducedSign[side]) return false;
  return compare(size.quantity, remainingQuantity(magnitudeOf(held), claimed)) <= 0;
}

const reducedSign: Readonly<Record<Side, 1 | -1>> = { BUY: -1, SELL: 1 };

/** What `others` may still take of a position by orders of `side`: an order without a bound in base claims all of it. */
export function claimedBy(others: readonly Order[], side: Side): Reducible["claimed"] {
  let claimed = zeroQuantity;
  for (const other of others) {
    if (other.instruction.side !== side) continue;
    if (other.instruction.size.in === "QUOTE") return "ALL";
    const { least, most } = openExposure(other);
    claimed = addQuantity(claimed, magnitudeOf(side === "BUY" ? most : least));
  }
  return claimed;
}

/**
 * Why a restriction keeps an order from being sent, or undefined: what provably reduces passes under REDUCE_ONLY and,
 * as protection, under HALTED.
 */
export function restrictionFault(
  restriction: ScopedTradingState | undefined,
  instruction: Pick<Instruction, "purpose" | "side" | "size">,
  reducible: Reducible,
): OrderError | undefined {
  if (restriction === undefined || restriction.state === "ACTIVE" || reduces(instruction, reducible)) return undefined;
  const { state, scope, reason, operator } = restriction;
  const code = refusals[state];
  const where = scopeText(scope);
  const text = `trading is ${state} for ${where} by ${operator} (${reason}), and the order does not provably reduce a position`;
  return orderError(code, text, { state, scope: where, operator, reason });
}
