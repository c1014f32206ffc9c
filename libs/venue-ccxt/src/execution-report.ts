import {
  amount,
  type Evidence,
  type ExecutionReport,
  type Fee,
  instrumentId,
  orderError,
  plus,
  quantity,
  type SubmitKey,
  SurefillError,
  sign,
  submitKey,
  type VenueFill,
  venueFillId,
  venueOrderId,
  type WallTime,
} from "@surefill/core";
import { hasOurForm } from "./submit-key.ts";
import { positivePrice, quantityOf, type UnifiedOrder, type UnifiedTrade } from "./unified.ts";

/** What an order that is not ours goes by: exchanges don't give all of them a client id, and core needs a key. */
export function foreignKey(id: string): SubmitKey {
  return submitKey(`foreign:${id}`);
}

/**
 * What an order of the exchange proves about an attempt. `fills` are the executions that were read with it. An order
 * without a client id goes by `asked`, the key it was asked for by, else by one that is nobody's.
 */
export function executionReport(order: UnifiedOrder, fills: readonly VenueFill[], asked?: SubmitKey): ExecutionReport {
  const { id, symbol, filled } = order;
  // Kraken, for one, gives a number of its own where there is no client id, the same for all such orders.
  const clientOrderId =
    order.clientOrderId === undefined || hasOurForm(order.clientOrderId) ? order.clientOrderId : foreignKey(id ?? "");
  if (id === undefined) throw new SurefillError("VENUE_UNREACHABLE", "the exchange told of an order without an id");
  const cumQuantity = quantityOf(filled);
  return {
    submitKey: clientOrderId === undefined ? (asked ?? foreignKey(id)) : submitKey(clientOrderId),
    venueOrderId: venueOrderId(id),
    evidence: evidenceOf(order),
    fills,
    ...(symbol === undefined ? {} : { instrument: instrumentId(symbol) }),
    ...(cumQuantity === undefined ? {} : { cumQuantity }),
  };
}

/** ccxt's statuses, and what passes through it unmapped. An order whose status nobody knows is open until it is told. */
function evidenceOf({ status, id, filled }: UnifiedOrder): Evidence {
  switch (status) {
    case "closed":
    case "filled":
      // Some exchanges call "closed" whatever is over.
      return { kind: filled === "0" ? "CANCELLED" : "FILLED" };
    case "canceled":
      return { kind: "CANCELLED" };
    case "expired":
      return { kind: "EXPIRED" };
    case "rejected":
    case "failed":
    case "invalid": {
      const error = orderError("VENUE_REJECTED", "the exchange ended the order as rejected", {
        venue_order_id: id ?? "",
      });
      // It had the order: another try would be another order.
      return { kind: "REJECTED", error: { ...error, code: "ORDER_VALIDATION" } };
    }
    default:
      return { kind: "OPEN" };
  }
}

/**
 * An execution. `of` says what a trade inside an order's answer leaves out.
 * @throws SurefillError VENUE_UNREACHABLE for one that lacks what makes it a fill: half an execution is not believed.
 */
export function venueFill(
  trade: UnifiedTrade,
  of: { readonly orderId?: string; readonly at?: WallTime } = {},
): VenueFill {
  const lastPrice = positivePrice(trade.price);
  const lastQuantity = quantityOf(trade.amount);
  const order = trade.order ?? of.orderId;
  const venueTime = trade.timestamp ?? of.at;
  if (
    trade.id === undefined ||
    order === undefined ||
    lastPrice === undefined ||
    lastQuantity === undefined ||
    sign(lastQuantity) === 0 ||
    venueTime === undefined
  ) {
    throw new SurefillError("VENUE_UNREACHABLE", "the exchange told of an execution without id, price, size or time");
  }
  const fee = feeOf(trade);
  const liquidity = liquidityOf(trade.takerOrMaker);
  return {
    venueFillId: venueFillId(trade.id),
    venueOrderId: venueOrderId(order),
    lastQuantity: quantity(lastQuantity),
    lastPrice,
    venueTime,
    ...(fee === undefined ? {} : { fee }),
    ...(liquidity === undefined ? {} : { liquidity }),
  };
}

/** What was taken, in whatever asset; several fees of one asset are one. A rebate is negative, as ccxt has it. */
function feeOf({ fee, fees }: UnifiedTrade): Fee | undefined {
  const stated = (fees ?? []).length > 0 ? (fees ?? []) : [fee];
  const told = stated.flatMap((one) =>
    one?.currency === undefined || one.cost === undefined ? [] : [{ asset: one.currency, cost: one.cost }],
  );
  const [first] = told;
  if (first === undefined) return undefined;
  const same = told.filter(({ asset }) => asset === first.asset);
  return { asset: first.asset, amount: amount(same.map(({ cost }) => cost).reduce(plus)) };
}

function liquidityOf(takerOrMaker: string | undefined): "MAKER" | "TAKER" | undefined {
  if (takerOrMaker === "maker") return "MAKER";
  return takerOrMaker === "taker" ? "TAKER" : undefined;
}

/**
 * The executions that came inside an order's answer: all of them, or none where one of them is not whole, for the
 * exchange's count of what is filled says that some are missing.
 */
export function fillsInside({ id, trades, timestamp, lastUpdateTimestamp }: UnifiedOrder): readonly VenueFill[] {
  const at = lastUpdateTimestamp ?? timestamp;
  const of = { ...(id === undefined ? {} : { orderId: id }), ...(at === undefined ? {} : { at }) };
  try {
    return (trades ?? []).map((trade) => venueFill(trade, of));
  } catch {
    return [];
  }
}
