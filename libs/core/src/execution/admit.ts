import { claimedBy, nothingHeld, type Reducible, restrictionFault } from "../account/trading-admission.ts";
import { restrictionOn } from "../account/trading-state.ts";
import type { Desk } from "../desk/desk.ts";
import type { OrderError } from "../error/order-error.ts";
import type { Instruction } from "../order/instruction.ts";
import { isTerminal, type Order } from "../order/order.ts";
import { type OrderId, orderId } from "../order/order-id.ts";
import type { PositionId } from "../position/position-id.ts";
import type { PositionKey } from "../store/position-store.ts";

/** What the trading states say of an order, as of an epoch. */
export type Admission =
  /** `isRestricted`: only because it reduces a position, which holds until another order is sent that does too. */
  | { readonly kind: "ADMITTED"; readonly tradingEpoch: number; readonly isRestricted: boolean }
  | { readonly kind: "REFUSED"; readonly error: OrderError };

/** Orders of one position that are looked at; with more, none of them provably reduces. */
const liveMax = 1_000;

/**
 * Judges an order by what is in force now. `rivals`: which other orders' claims on the position count: all live ones,
 * for an order that is only to be accepted, or those that are sent, for one that is to be sent itself.
 */
export async function admit(
  desk: Pick<Desk, "store">,
  { instruction, orderId: id }: { readonly instruction: Instruction; readonly orderId?: OrderId },
  rivals: "LIVE" | "SENT",
): Promise<Admission> {
  const states = await desk.store.tradingStates.read();
  const restriction = restrictionOn(states, instruction);
  const tradingEpoch = states.epoch;
  if (restriction === undefined) return { kind: "ADMITTED", tradingEpoch, isRestricted: false };
  const isRival = (other: Order) => other.orderId !== id && (rivals === "LIVE" || isSent(other));
  const error = restrictionFault(restriction, instruction, await reducibleBy(desk, instruction, isRival));
  return error === undefined ? { kind: "ADMITTED", tradingEpoch, isRestricted: true } : { kind: "REFUSED", error };
}

/** Whether the venue may have it or get it. */
function isSent({ state }: Order): boolean {
  return state !== "PENDING" && state !== "AWAITING_CONFIRMATION" && state !== "FAILED";
}

async function reducibleBy(
  { store }: Pick<Desk, "store">,
  instruction: Instruction,
  isRival: (other: Order) => boolean,
): Promise<Reducible> {
  const { positionId, venue, account, instrument } = instruction;
  if (positionId === undefined) return nothingHeld;
  const key: PositionKey = { venue, account, instrument, positionId };
  // Orders first: what is filled between the two reads counts twice, and never not at all.
  const named = await store.positions.liveOrders(key, liveMax);
  if (named.length === liveMax) return nothingHeld;
  const opener = await openerOf(store, key);
  const position = await store.positions.find(key);
  if (position === undefined) return nothingHeld;
  const rivals = [...named, ...opener].filter(isRival);
  return { held: position.quantity, claimed: claimedBy(rivals, instruction.side) };
}

/** The order that a position is named after, where it is live and does not name the position itself. */
async function openerOf({ orders }: Desk["store"], { positionId }: PositionKey): Promise<readonly Order[]> {
  const id = orderIdIn(positionId);
  const order = id && (await orders.find(id));
  if (order === undefined || isTerminal(order)) return [];
  return order.instruction.positionId === undefined ? [order] : [];
}

function orderIdIn(positionId: PositionId): OrderId | undefined {
  try {
    return orderId(positionId);
  } catch {
    return undefined;
  }
}
