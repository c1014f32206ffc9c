import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { type OrderError, orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { uuidV7 } from "../id/uuid-v7.ts";
import { checkInstruction } from "../instrument/check-instruction.ts";
import { checkMarket } from "../instrument/check-market.ts";
import type { Instrument } from "../instrument/instrument.ts";
import { zeroAmount } from "../money/amount.ts";
import { zeroQuantity } from "../money/quantity.ts";
import { placedRecord } from "../order/change-order.ts";
import { differingField } from "../order/differing-field.ts";
import { expectedPriceOf, type Instruction, isReducing } from "../order/instruction.ts";
import type { Order, OrderTerms } from "../order/order.ts";
import { orderId } from "../order/order-id.ts";
import { positionId } from "../position/position-id.ts";
import type { OrderTrace } from "../telemetry/order-trace.ts";
import { laterOf, type WallTime } from "../time/wall-time.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { MarketPrice, Venue } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { admit } from "./admit.ts";

/** What became of an instruction. */
export type Placement =
  /** Durable: PENDING, or DENIED with its reason. */
  | { readonly kind: "PLACED"; readonly order: Order }
  /** An earlier call had placed it: the same order, as it is by now. */
  | { readonly kind: "REPLAYED"; readonly order: Order }
  /** The client order id names an order with another body. Nothing was stored. */
  | { readonly kind: "REUSED"; readonly error: OrderError }
  /** No such venue or account, or no price to check it against for now. Nothing was stored: the id is free. */
  | { readonly kind: "REFUSED"; readonly error: OrderError };

/** How long the price that an order is checked against may take to come. */
const priceWaitMsMax = 1_000;

/**
 * Makes an order durable exactly once. The client order id is looked up before any other check, so that a repeated
 * call never gets another answer than the first; races are decided by the store.
 */
export async function place(
  desk: Desk,
  instruction: Instruction,
  request: { readonly requestedAt: WallTime; readonly trace?: OrderTrace },
): Promise<Placement> {
  const earlier = await findEarlier(desk, instruction);
  if (earlier !== undefined) return earlier;

  const entry = desk.venues.get(instruction.venue);
  if (entry === undefined) return { kind: "REFUSED", error: unknownVenue(desk, instruction) };
  if (!entry.accounts.includes(instruction.account)) return { kind: "REFUSED", error: unknownAccount(instruction) };

  const instrument = entry.instruments.get(instruction.instrument);
  const denial = await denialOf(desk, instruction, instrument, entry);
  // That the venue says nothing for a second says nothing of the order: it must not use up its id.
  if (denial?.code === "PRICE_UNAVAILABLE") return { kind: "REFUSED", error: denial };
  const terms = termsOf(desk, instruction, instrument, entry, request);
  const order = newOrder(terms, laterOf(request.requestedAt, desk.clock.wall()), denial);
  const after = { order, records: [placedRecord(order)], fills: [], postings: [] };
  const result = await commitTransitions(desk, undefined, after);
  if (result.kind === "COMMITTED") return { kind: "PLACED", order };

  const winner = await findEarlier(desk, instruction);
  if (winner === undefined) throw new SurefillError("INTERNAL", `a new order was refused as ${result.kind}`);
  return winner;
}

async function findEarlier(desk: Desk, instruction: Instruction): Promise<Placement | undefined> {
  const { account, clientOrderId } = instruction;
  const order = await desk.store.orders.findByClientOrderId(account, clientOrderId);
  if (order === undefined) return undefined;
  const field = differingField(order.instruction, instruction);
  if (field === undefined) return { kind: "REPLAYED", order };
  const text = `client_order_id ${clientOrderId} names an order with another ${field}; use a new client_order_id`;
  const context = { client_order_id: clientOrderId, field, order_id: order.orderId };
  return { kind: "REUSED", error: orderError("CLIENT_ORDER_ID_REUSED", text, context) };
}

async function denialOf(
  desk: Desk,
  instruction: Instruction,
  instrument: Instrument | undefined,
  entry: VenueEntry,
): Promise<OrderError | undefined> {
  if (instrument === undefined) {
    const { instrument: symbol, venue } = instruction;
    const text = `${venue} has no instrument ${symbol}; VenueService.ListInstruments lists those it has`;
    return orderError("INSTRUMENT_UNKNOWN", text, { field: "instrument", instrument: symbol, venue });
  }
  if (instruction.expireTime !== undefined && instruction.expireTime <= desk.clock.wall()) {
    const text = "expire_time has passed already; give a time to come, or none";
    return orderError("EXPIRE_TIME_PASSED", text, { field: "expire_time" });
  }
  const fault = checkInstruction(instruction, instrument, entry.manifest.capabilities);
  if (fault !== undefined) return fault;
  const [admission, market] = await Promise.all([
    admit(desk, { instruction }, "LIVE"),
    marketPrice(desk, venueFor(instruction, entry), instrument),
  ]);
  return admission.kind === "REFUSED" ? admission.error : checkMarket(instruction, instrument, market, entry.collarBps);
}

/** What lessens an exposure waits for no pause that the venue asked for. */
function venueFor(instruction: Instruction, { venue, urgentVenue = venue }: VenueEntry): Venue {
  return isReducing(instruction) ? urgentVenue : venue;
}

/** The venue's price, or undefined where it gives none in time: the check decides what that means. */
async function marketPrice(desk: Desk, venue: Venue, { symbol }: Instrument): Promise<MarketPrice | undefined> {
  try {
    const ask = (signal: AbortSignal) => venue.prices([symbol], signal);
    const prices = await withDeadline(desk.clock, priceWaitMsMax, ask);
    return prices.get(symbol);
  } catch {
    return undefined;
  }
}

function termsOf(
  desk: Desk,
  instruction: Instruction,
  instrument: Instrument | undefined,
  entry: VenueEntry,
  { requestedAt, trace }: { readonly requestedAt: WallTime; readonly trace?: OrderTrace },
): OrderTerms {
  const id = orderId(uuidV7(desk.clock.wall(), desk.random));
  return {
    orderId: id,
    instruction,
    base: instrument?.base ?? "",
    quote: instrument?.quote ?? "",
    positionId: instruction.positionId ?? positionId(id),
    simulated: entry.manifest.simulated,
    requestedAt,
    ...(trace === undefined ? {} : { trace }),
  };
}

function newOrder(terms: OrderTerms, at: WallTime, denial: OrderError | undefined): Order {
  const expectedPrice = expectedPriceOf(terms.instruction);
  const state = denial === undefined ? "PENDING" : "DENIED";
  return {
    ...terms,
    version: 1,
    attemptCount: 0,
    failedPrepares: 0,
    cumQuantity: zeroQuantity,
    cumQuoteQuantity: zeroAmount,
    fees: {},
    stateTimes: { [state]: at },
    updatedAt: at,
    ...(expectedPrice === undefined ? {} : { expectedPrice }),
    ...(denial === undefined ? {} : { lastError: denial }),
    state,
  };
}

function unknownVenue(desk: Desk, { venue }: Instruction): OrderError {
  const known = [...desk.venues.keys()].join(", ");
  return orderError("UNKNOWN_VENUE", `no venue ${venue} is configured; there are: ${known}`, { field: "venue", venue });
}

function unknownAccount({ account, venue }: Instruction): OrderError {
  const text = `account ${account} does not trade at ${venue}; VenueService.ListVenues lists the accounts`;
  return orderError("UNKNOWN_ACCOUNT", text, { field: "account", account, venue });
}
