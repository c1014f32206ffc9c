import { addMs, price, quantity, submitKey } from "@surefill/core";
import { encodeOrderRequest } from "@surefill/venue-sim/exchange";
import { instruments } from "../venue/venue-character.ts";
import type { World } from "../world.ts";

const ordersPerRun = 4;
const validMs = 60_000;

/** Orders that somebody places at the venues by other ways, and leaves there: only a CancelAll of everything ends them. */
export async function placeStrangersOrders({ time, faults, places }: World, withinMs: number): Promise<void> {
  for (let made = 1; made <= ordersPerRun; made += 1) {
    await time.sleep(faults.between(0, (2 * withinMs) / ordersPerRun));
    const place = places[faults.whole(0, places.length - 1)];
    const account = place?.character.accounts[faults.whole(0, place.character.accounts.length - 1)];
    if (place === undefined || account === undefined || faults.isCalm) return;
    const payload = encodeOrderRequest({
      submitKey: submitKey(`by-hand-${made}`),
      instrument: instruments[0].symbol,
      side: "BUY",
      pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("6000") },
      size: { in: "BASE", quantity: quantity("1") },
      validUntil: addMs(place.clock.wall(), validMs),
    });
    void place.exchange.submit(account, payload);
  }
}
