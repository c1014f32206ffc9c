import type { ExecuteOrderRequest } from "@surefill/contracts/surefill/v1/execution_service";
import * as wire from "@surefill/contracts/surefill/v1/order";
import {
  type AccountId,
  accountId,
  amount,
  clientOrderId,
  type Instruction,
  instrumentId,
  isTriggeredPricing,
  type OrderSize,
  type Pricing,
  type Purpose,
  parsePrice,
  parseQuantity,
  positionId,
  type Side,
  venueId,
} from "@surefill/core";
import { decodePricing } from "./decode-pricing.ts";
import { decodeDurationMs, decodeTime } from "./decode-time.ts";
import { type Decoded, notPositive, refused } from "./decoded.ts";

const sides: Readonly<Record<number, Side>> = { [wire.Side.BUY]: "BUY", [wire.Side.SELL]: "SELL" };
const purposes: Readonly<Record<number, Purpose>> = {
  [wire.OrderPurpose.ENTRY]: "ENTRY",
  [wire.OrderPurpose.EXIT]: "EXIT",
  [wire.OrderPurpose.STOP]: "STOP",
  [wire.OrderPurpose.TARGET]: "TARGET",
};

/**
 * Wire → command, once; inside, types are true. The contract's own rules (patterns, enums, lengths) were checked
 * before; here come the ones between fields and the values that must be greater than zero.
 */
export function decodeInstruction(request: ExecuteOrderRequest): Decoded<Instruction> {
  const side = sides[request.side];
  if (side === undefined) return refused("FIELD_REQUIRED", "side", "must be SIDE_BUY or SIDE_SELL");
  const pricing = decodePricing(request);
  if (!pricing.ok) return pricing;
  if (isTriggeredPricing(pricing.value) && request.maxSlippageBps !== undefined) {
    return refused("FIELD_CONFLICT", "max_slippage_bps", "is not for orders that wait for a price: give limit_price");
  }
  const size = decodeSize(request, pricing.value);
  if (!size.ok) return size;
  const expectedPrice = request.expectedPrice === undefined ? undefined : parsePrice(request.expectedPrice);
  if (request.expectedPrice !== undefined && expectedPrice === undefined) return notPositive("expected_price");
  const purpose = decodePurpose(request);
  if (!purpose.ok) return purpose;
  return {
    ok: true,
    value: {
      clientOrderId: clientOrderId(request.clientOrderId),
      account: accountId(request.account),
      venue: venueId(request.venue),
      instrument: instrumentId(request.instrument),
      side,
      pricing: pricing.value,
      size: size.value,
      purpose: purpose.value,
      tags: { ...request.tags },
      ...(expectedPrice === undefined ? {} : { expectedPrice }),
      ...(request.expireTime === undefined ? {} : { expireTime: decodeTime(request.expireTime) }),
      ...(request.executionTimeout === undefined
        ? {}
        : { executionTimeoutMs: decodeDurationMs(request.executionTimeout) }),
      ...(request.maxSlippageBps === undefined ? {} : { maxSlippageBps: request.maxSlippageBps }),
      ...(request.positionId === "" ? {} : { positionId: positionId(request.positionId) }),
      ...(request.strategyId === "" ? {} : { strategyId: request.strategyId }),
    },
  };
}

function decodeSize(request: ExecuteOrderRequest, pricing: Pricing): Decoded<OrderSize> {
  switch (request.size.case) {
    case "baseQuantity": {
      const quantity = parseQuantity(request.size.value);
      if (quantity === undefined || quantity === "0") return notPositive("base_quantity");
      return { ok: true, value: { in: "BASE", quantity } };
    }
    case "quoteQuantity": {
      if (pricing.type !== "MARKET")
        return refused("FIELD_CONFLICT", "quote_quantity", "is for market orders only; give base_quantity");
      const size = amount(request.size.value);
      return size === "0" ? notPositive("quote_quantity") : { ok: true, value: { in: "QUOTE", amount: size } };
    }
    default:
      return refused("FIELD_REQUIRED", "size", "exactly one of base_quantity, quote_quantity must be given");
  }
}

function decodePurpose(request: ExecuteOrderRequest): Decoded<Purpose> {
  const given = purposes[request.purpose];
  const hasPosition = request.positionId !== "";
  if (given !== undefined && given !== "ENTRY" && !hasPosition) {
    return refused("FIELD_REQUIRED", "position_id", `is required for purpose ${given}: name the position it reduces`);
  }
  return { ok: true, value: given ?? (hasPosition ? "EXIT" : "ENTRY") };
}

/** An account in a filter: absent where the field is empty. */
export function optionalAccount(text: string): { readonly account?: AccountId } {
  return text === "" ? {} : { account: accountId(text) };
}
