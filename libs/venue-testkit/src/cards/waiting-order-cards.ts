import { compare, type Price, type Side, type TriggeredPricing } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { movedPrice, type Wanted } from "../terms.ts";
import type { PlacedOrder, Trial } from "../trial.ts";
import { mustFailBeforeAnything } from "./prepare-cards.ts";
import { filledQuantity, isClaimed } from "./submit-cards.ts";

const subject = "submit";
/** How far triggers are from the market, and how far beyond them it is moved; in percent. */
const awayPercent = 2;
const beyondPercent = 3;

interface Waiting {
  readonly id: Card["id"];
  readonly type: TriggeredPricing["type"];
  readonly side: Side;
  /** Where the market must go to reach the trigger. */
  readonly towards: "UP" | "DOWN";
}

const kinds: readonly Waiting[] = [
  { id: "V-421", type: "STOP_LOSS", side: "SELL", towards: "DOWN" },
  { id: "V-422", type: "STOP_LOSS", side: "BUY", towards: "UP" },
  { id: "V-423", type: "TAKE_PROFIT", side: "SELL", towards: "UP" },
  { id: "V-424", type: "TAKE_PROFIT", side: "BUY", towards: "DOWN" },
];
const [stopSell] = kinds;

/** Orders that wait at the venue for a price. */
export const waitingOrderCards: readonly Card[] = [
  ...kinds.map(
    (kind): Card => ({
      id: kind.id,
      subject,
      title: `given a ${kind.type} ${kind.side}, so it waits until the market goes ${kind.towards} to its trigger, then it is filled; not claimed, it is refused first`,
      why: "A stop on the wrong side of the market fires at once, or never.",
      needs: ["setPrice"],
      run: (trial) =>
        whereClaimed(trial, wantedOf(trial, kind), async (order) => {
          await trial.found(order.reference, "OPEN");
          mustEqual("what is filled while it waits", await trial.filled(order.accepted.venueOrderId), []);
          await move(trial, kind.towards, beyondPercent);
          await trial.found(order.reference, "FILLED");
          const filled = await filledQuantity(trial, order.accepted.venueOrderId);
          mustEqual("what the log says was filled", filled, order.accepted.quantity);
        }),
    }),
  ),
  {
    id: "V-425",
    subject,
    title:
      "given a STOP_LOSS with a limit and a market that jumps beyond it, so it rests and fills at its limit or better; not claimed, it is refused first",
    why: "With a limit, the stop becomes a limit order, not a market order: the limit must reach the venue.",
    needs: ["setPrice"],
    run: (trial) => {
      const { bid } = trial.market;
      const limitPrice = movedPrice(trial.instrument, bid, -2.5);
      return whereClaimed(trial, wantedOf(trial, stopOfSell(), limitPrice), async (order) => {
        await move(trial, "DOWN", 4.5);
        await trial.found(order.reference, "OPEN");
        mustEqual("what is filled beyond the limit", await trial.filled(order.accepted.venueOrderId), []);
        await trial.stand.setPrice(trial.instrument.symbol, {
          bid: movedPrice(trial.instrument, bid, -1),
          ask: movedPrice(trial.instrument, bid, -0.5),
        });
        await trial.found(order.reference, "FILLED");
        const fills = await trial.filled(order.accepted.venueOrderId);
        must(
          fills.every(({ price }) => compare(price, limitPrice) >= 0),
          `at ${limitPrice} or better`,
          fills,
        );
      });
    },
  },
  {
    id: "V-426",
    subject,
    title: "given a STOP_LOSS that is cancelled while it waits, so it never fires; not claimed, it is refused first",
    why: "A stop that outlives its position opens a new one.",
    needs: ["setPrice"],
    run: (trial) =>
      whereClaimed(trial, wantedOf(trial, stopOfSell()), async (order) => {
        mustBe("the cancel", await trial.venue.cancel(order.reference, trial.signal), "ACCEPTED");
        await trial.found(order.reference, "CANCELLED");
        await move(trial, "DOWN", beyondPercent);
        await trial.stand.advance(100);
        mustEqual("fills", await trial.filled(order.accepted.venueOrderId), []);
      }),
  },
  {
    id: "V-427",
    subject,
    title:
      "given a STOP_LOSS whose trigger the market crosses twice, so it fires once; not claimed, it is refused first",
    why: "One stop, one exit.",
    needs: ["setPrice"],
    run: (trial) =>
      whereClaimed(trial, wantedOf(trial, stopOfSell()), async (order) => {
        const { bid, ask } = trial.market;
        for (let time = 0; time < 2; time += 1) {
          await move(trial, "DOWN", beyondPercent);
          await trial.stand.setPrice(trial.instrument.symbol, { bid, ask });
        }
        await trial.found(order.reference, "FILLED");
        const filled = await filledQuantity(trial, order.accepted.venueOrderId);
        mustEqual("what the log says was filled", filled, order.accepted.quantity);
        mustEqual("orders in the log", (await trial.accepted()).length, 1);
      }),
  },
  {
    id: "V-428",
    subject,
    title:
      "given a STOP_LOSS that waits, so it is among the open orders, and the venue has its trigger digit for digit; not claimed, it is refused first",
    why: "An order that waits is open: a halt must see it, and its absence must be noticed.",
    run: (trial) => {
      const wanted = wantedOf(trial, stopOfSell());
      return whereClaimed(trial, wanted, async (order) => {
        const { pricing } = wanted;
        mustEqual("its trigger", order.accepted.triggerPrice, pricing?.type === "STOP_LOSS" && pricing.triggerPrice);
        const open = await trial.venue.openOrders(trial.account, trial.signal);
        mustEqual(
          "open orders",
          open.map(({ venueOrderId }) => venueOrderId),
          [order.accepted.venueOrderId],
        );
      });
    },
  },
];

function stopOfSell(): Waiting {
  if (stopSell === undefined) throw new TypeError("the first kind is a STOP_LOSS SELL");
  return stopSell;
}

function wantedOf(trial: Trial, { type, side, towards }: Waiting, limitPrice?: Price): Wanted {
  const { bid, ask } = trial.market;
  const percent = towards === "UP" ? awayPercent : -awayPercent;
  const triggerPrice = movedPrice(trial.instrument, side === "BUY" ? ask : bid, percent);
  const limit = limitPrice === undefined ? {} : { limitPrice };
  return { side, pricing: { type, timeInForce: "GTC", triggerPrice, ...limit } };
}

async function whereClaimed(trial: Trial, wanted: Wanted, check: (order: PlacedOrder) => Promise<void>): Promise<void> {
  if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
  await check(await trial.place(wanted));
}

async function move(trial: Trial, towards: "UP" | "DOWN", percent: number): Promise<void> {
  const { instrument, market } = trial;
  const by = towards === "UP" ? percent : -percent;
  const bid = movedPrice(instrument, market.bid, by);
  const ask = movedPrice(instrument, market.ask, by + 0.01);
  await trial.stand.setPrice(instrument.symbol, { bid, ask });
}
