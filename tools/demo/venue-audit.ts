import { type Order, OrderState } from "@surefill/contracts/surefill/v1/order";
import { addQuantity, type Quantity, zeroQuantity } from "@surefill/core";
import type { ExchangeEvent, TapeRow } from "@surefill/venue-sim/exchange";

/** The venue's own log against the orders handed in. */
export interface VenueAudit {
  /** Venue orders beyond the first of an order that executed or could have: what "exactly once" forbids. */
  readonly duplicates: number;
  /** Orders that the service does not know, has not ended, or of which it and the venue tell different fills. */
  readonly lost: number;
  /** Market fills that are not at the bid or ask of their row. */
  readonly mispriced: number;
}

/**
 * Judges a run on a venue without slippage of its own. `orders` is what the service says at the end, by client order
 * id; `events` is all that the exchange did; `tape` are the rows it traded on, if it did.
 */
export async function auditVenue(
  clientOrderIds: readonly string[],
  orders: ReadonlyMap<string, Order>,
  events: AsyncIterable<ExchangeEvent> | Iterable<ExchangeEvent>,
  tape: readonly Pick<TapeRow, "bid" | "ask">[] = [],
): Promise<VenueAudit> {
  const accepted = new Map<string, number>();
  const filled = new Map<string, Quantity>();
  const market = new Set<string>();
  let mispriced = 0;
  for await (const event of events) {
    if (event.type === "ORDER_ACCEPTED") {
      const key = orderOf(event.submitKey);
      accepted.set(key, (accepted.get(key) ?? 0) + 1);
      if (event.pricing.type === "MARKET") market.add(event.submitKey);
    }
    if (event.type === "FILL") {
      const key = orderOf(event.submitKey);
      filled.set(key, addQuantity(filled.get(key) ?? zeroQuantity, event.quantity));
      // The tape is the witness where there is one, the log's own word for the row elsewhere.
      const row = tape[(event.row ?? 0) % tape.length] ?? event;
      const atTouch = event.price === (event.side === "BUY" ? row.ask : row.bid);
      if (market.has(event.submitKey) && !atTouch) mispriced += 1;
    }
  }
  const duplicates = [...accepted.values()].reduce((sum, count) => sum + count - 1, 0);
  const lost = clientOrderIds.filter((id) => isLost(orders.get(id), filled)).length;
  return { duplicates, lost, mispriced };
}

function isLost(order: Order | undefined, filled: ReadonlyMap<string, Quantity>): boolean {
  if (order === undefined || !isFinal(order)) return true;
  const atVenue = order.attempt === undefined ? undefined : filled.get(orderOf(order.attempt.submitKey));
  return order.cumQuantity !== (atVenue ?? "0");
}

const finalStates: ReadonlySet<OrderState> = new Set([
  OrderState.FILLED,
  OrderState.CANCELLED,
  OrderState.EXPIRED,
  OrderState.REJECTED,
  OrderState.DENIED,
]);

/** FAILED is final only without a retry to come. */
export function isFinal(order: Order): boolean {
  return finalStates.has(order.state) || (order.state === OrderState.FAILED && order.nextRetryTime === undefined);
}

/** Attempts of one order differ in their last part alone: sim_<order>_<number>. */
function orderOf(submitKey: string): string {
  return submitKey.slice(0, submitKey.lastIndexOf("_"));
}
