import {
  type AccountId,
  addMs,
  amount,
  clientOrderId,
  decimal,
  dividedBy,
  type Instruction,
  isTriggeredPricing,
  type Position,
  type Pricing,
  type Purpose,
  price,
  quantity,
  type Side,
  sign,
  times,
  type VenueId,
  type WallTime,
} from "@surefill/core";
import type { Faults } from "../fault/faults.ts";
import type { VenueCharacter } from "../venue/venue-character.ts";
import { instruments } from "../venue/venue-character.ts";

/** Prices and sizes per instrument: the price's unit, its decimals, and the lot. */
const scales = {
  "BTC/USDT": { reference: 10_000, decimals: 1, lots: 0.1 },
  "SOL/USDT": { reference: 150, decimals: 2, lots: 1 },
};

/** An instruction as callers give it: of every kind, resting, waiting and not, sized in base and in quote. */
export function randomInstruction(faults: Faults, place: VenueCharacter, name: string, now: WallTime): Instruction {
  const [first, ...others] = place.accounts;
  if (first === undefined) throw new Error(`${place.venueId} has no account`);
  const account = faults.one<AccountId>([first, ...others]);
  const { symbol } = faults.one([...instruments]);
  const scale = scales[symbol as keyof typeof scales];
  const side: Side = faults.happens(0.5) ? "BUY" : "SELL";
  const pricing = randomPricing(faults, side, scale);
  const inQuote = faults.happens(0.2);
  return {
    clientOrderId: clientOrderId(name),
    account,
    venue: place.venueId,
    instrument: symbol,
    side,
    pricing,
    size: inQuote
      ? { in: "QUOTE", amount: amount(String(faults.whole(1_000, 20_000))) }
      : { in: "BASE", quantity: quantity((faults.whole(3, 40) * scale.lots).toFixed(1)) },
    purpose: "ENTRY",
    // Some callers say what they expect, and how much worse it may be.
    ...(faults.happens(0.15) && !isTriggeredPricing(pricing)
      ? { expectedPrice: price(String(scale.reference)), maxSlippageBps: 100 }
      : {}),
    ...deadline(faults, now),
    tags: {},
  };
}

const reducingPurposes: readonly [Purpose, ...Purpose[]] = ["EXIT", "STOP", "TARGET"];
/** Below this the venues take no order: 5 in quote at any price that comes. */
const leastLots = 4;

/**
 * An order that reduces a position: all of it, rounded down to what the venue takes, or `share` of it. Undefined where
 * that is too little. With a share above 1 it would turn the position round.
 */
export function reducingInstruction(
  faults: Faults,
  { venue, account, instrument, positionId, quantity: held }: Position,
  name: string,
  share = 1,
): Instruction | undefined {
  const scale = scales[instrument as keyof typeof scales];
  const listed = instruments.find(({ symbol }) => symbol === instrument);
  if (listed === undefined || sign(held) === 0) return undefined;
  const side = sign(held) > 0 ? "SELL" : "BUY";
  const wanted = times(times(held, decimal(side === "SELL" ? "1" : "-1")), decimal(share.toFixed(2)));
  const lots = dividedBy(wanted, listed.lotSize, 0, "down");
  if (Number(lots) < leastLots) return undefined;
  return {
    clientOrderId: clientOrderId(name),
    ...{ account, venue, instrument, side },
    pricing: randomPricing(faults, side, scale),
    size: { in: "BASE", quantity: quantity(times(lots, listed.lotSize)) },
    purpose: faults.one(reducingPurposes),
    positionId,
    tags: {},
  };
}

/** Some orders are good until a time, some may not take longer than so. */
function deadline(faults: Faults, now: WallTime): Pick<Instruction, "expireTime" | "executionTimeoutMs"> {
  const chance = faults.between(0, 1);
  if (chance < 0.12) return { expireTime: addMs(now, faults.whole(100, 6_000)) };
  return chance < 0.18 ? { executionTimeoutMs: faults.whole(500, 6_000) } : {};
}

/** An order that rests, far from the market, until it is cancelled. */
export function keeperInstruction(venue: VenueId, account: AccountId, name: string): Instruction {
  return {
    clientOrderId: clientOrderId(name),
    account,
    venue,
    instrument: instruments[0].symbol,
    side: "BUY",
    pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("6000") },
    size: { in: "BASE", quantity: quantity("1") },
    purpose: "ENTRY",
    tags: {},
  };
}

function randomPricing(
  faults: Faults,
  side: Side,
  scale: { readonly reference: number; readonly decimals: number },
): Pricing {
  const kind = faults.whole(0, 11);
  if (kind < 3) return { type: "MARKET", timeInForce: faults.happens(0.7) ? "IOC" : "FOK" };
  const timeInForce = kind < 5 ? "IOC" : kind < 6 ? "FOK" : "GTC";
  // Better and worse than the market by up to two percent, so that some rest and some don't.
  const away = faults.between(-0.02, 0.02) * (side === "BUY" ? 1 : -1);
  const near = price((scale.reference * (1 + away)).toFixed(scale.decimals));
  if (kind < 10) return { type: "LIMIT", timeInForce, limitPrice: near };
  if (kind < 11) return { type: "LIMIT", timeInForce: "GTC", limitPrice: near, postOnly: true };
  // Some of these have been reached already; those are denied, or refused.
  const type = faults.happens(0.5) ? "STOP_LOSS" : "TAKE_PROFIT";
  const waiting = { type, timeInForce: "GTC", triggerPrice: near } as const;
  return faults.happens(0.3) ? { ...waiting, limitPrice: near } : waiting;
}
