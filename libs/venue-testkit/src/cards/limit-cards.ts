import { compare, decimal, dividedBy, plus, price, quantity, retryClass, times, zeroAmount } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { inSteps, offStep, ordinaryQuantity, restingPrice, type Wanted } from "../terms.ts";
import type { Trial } from "../trial.ts";
import { needsResting } from "./instrument-cards.ts";

const subject = "limits and precision";

/** Orders that break a rule: refused for good, never mended in silence. */
export const limitCards: readonly Card[] = [
  {
    id: "V-501",
    subject,
    title: "given a quantity with more digits than a lot has, so it is refused and nothing is placed",
    why: "Client libraries cut such quantities in silence. Core checks before; who asks all the same gets a refusal.",
    run: async (trial) => {
      const whole = ordinaryQuantity(trial.instrument, trial.market.bid, 2);
      const off = offStep(whole, trial.instrument.lotSize);
      if (off !== undefined) await mustBeRefused(trial, sized(off));
    },
  },
  {
    id: "V-502",
    subject,
    title: "given a limit price off the tick, so it is refused and nothing is placed",
    why: "Rounded to the tick, a BUY may cost more than its limit. Don't round: refuse.",
    skipWhen: needsResting,
    run: async (trial) => {
      const off = offStep(restingPrice(trial.instrument, "BUY", trial.market), trial.instrument.tickSize);
      if (off === undefined) return;
      const pricing = { type: "LIMIT", timeInForce: "GTC", limitPrice: price(off) } as const;
      await mustBeRefused(trial, { pricing });
    },
  },
  {
    id: "V-503",
    subject,
    title: "given a quantity below the least, so it is refused for good and nothing is placed",
    why: "Core checks before it asks; the instrument's rules may have changed since, and another try would meet the same.",
    run: async (trial) => {
      const { quantityMin, lotSize } = trial.instrument;
      const below = inSteps(times(quantityMin, decimal("0.5")), lotSize, "down");
      await mustBeRefused(trial, sized(compare(below, zeroAmount) > 0 ? below : times(quantityMin, decimal("0.5"))));
    },
  },
  {
    id: "V-504",
    subject,
    title: "given a quantity above the largest, so it is refused for good and nothing is placed",
    why: "As below the least.",
    run: (trial) => mustBeRefused(trial, sized(plus(trial.instrument.quantityMax, trial.instrument.quantityMin))),
  },
  {
    id: "V-505",
    subject,
    title: "given a limit order worth less than the least value, so it is refused for good and nothing is placed",
    why: "Venues count price × quantity; dust is not traded.",
    skipWhen: needsResting,
    run: async (trial) => {
      const { instrument } = trial;
      const wanted = trial.resting("BUY");
      const limitPrice = restingPrice(instrument, "BUY", trial.market);
      const worth = dividedBy(times(instrument.notionalMin, decimal("0.5")), limitPrice, 12, "down");
      const below = inSteps(worth, instrument.lotSize, "down");
      // Where the least quantity is worth more than the least value, there is no such order.
      if (compare(below, instrument.quantityMin) >= 0) await mustBeRefused(trial, { ...wanted, ...sized(below) });
    },
  },
  {
    id: "V-506",
    subject,
    title: "given an order for more than the account has, so it is REJECTED as INSUFFICIENT_FUNDS, for good",
    why: "Told by its code, a caller can act on it. Taken for any other error it is tried again, or looked up for ever.",
    run: async (trial) => {
      const { base, lotSize } = trial.instrument;
      const free = (await trial.venue.balances(trial.account, trial.signal)).get(base) ?? zeroAmount;
      const wanted: Wanted = { side: "SELL", ...sized(inSteps(times(free, decimal("1.5")), lotSize, "up")) };
      const attempt = await trial.prepare(wanted);
      const outcome = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the outcome", outcome, "REJECTED");
      mustEqual("its code", outcome.error.code, "INSUFFICIENT_FUNDS");
      mustEqual("orders in the log", await trial.accepted(), []);
    },
  },
  {
    id: "V-507",
    subject,
    title: "given a quantity and a price with as many digits as are allowed, so the venue has them digit for digit",
    why: "The last digit is where floats go wrong: 0.1 + 0.2, 1e-7.",
    skipWhen: needsResting,
    run: async (trial) => {
      const { instrument } = trial;
      const exact = quantity(plus(ordinaryQuantity(instrument, trial.market.bid, 3), instrument.lotSize));
      const limitPrice = price(plus(restingPrice(instrument, "BUY", trial.market), instrument.tickSize));
      const { accepted, reference } = await trial.place({
        ...sized(exact),
        pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice },
      });
      mustEqual("its terms in the log", [accepted.quantity, accepted.limitPrice], [exact, limitPrice]);
      mustEqual("what is filled of it", (await trial.found(reference, "OPEN")).cumQuantity ?? "0", "0");
    },
  },
  {
    id: "V-508",
    subject,
    title: "given the least order that the rules allow, so it is taken",
    why: "A rule that is stricter here than at the venue denies orders for nothing; the bounds themselves are within.",
    run: async (trial) => {
      const { accepted } = await trial.place(sized(ordinaryQuantity(trial.instrument, trial.market.bid)));
      must(accepted.quantity !== undefined, "its quantity in the log", accepted);
    },
  },
];

function sized(value: string): Pick<Wanted, "size"> {
  return { size: { in: "BASE", quantity: quantity(value) } };
}

/** @throws CardFailure unless it is refused for good, by the library or the venue, and the books have no order of it. */
async function mustBeRefused(trial: Trial, wanted: Wanted): Promise<void> {
  const prepared = await trial.venue.prepare(trial.request(wanted), trial.signal);
  const refused =
    prepared.kind === "PREPARED"
      ? await trial.venue.submit(trial.account, prepared.attempt, trial.signal)
      : ({ kind: "REJECTED", error: prepared.error } as const);
  mustEqual("orders in the log", await trial.accepted(), []);
  mustBe("the outcome", refused, "REJECTED");
  mustEqual(`what a retry can do about ${refused.error.code}`, retryClass(refused.error.code), "fatal");
}
