import type { Card } from "../card.ts";
import { mustBe, mustEqual } from "../check.ts";
import type { Wanted } from "../terms.ts";
import { mustFailBeforeAnything } from "./prepare-cards.ts";
import { isClaimed } from "./submit-cards.ts";

const subject = "submit";

/** Limit orders that rest or are nothing. */
export const postOnlyCards: readonly Card[] = [
  {
    id: "V-431",
    subject,
    title: "given a post-only order away from the market, so it rests; not claimed, it is refused before any request",
    why: "Post-only is a promise of the venue; a library that leaves the flag out trades as a taker.",
    run: async (trial) => {
      const resting = trial.resting("BUY");
      const wanted: Wanted = { ...resting, pricing: postOnly(resting.pricing) };
      if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
      const { reference, accepted } = await trial.place(wanted);
      await trial.found(reference, "OPEN");
      mustEqual("its fills", await trial.filled(accepted.venueOrderId), []);
    },
  },
  {
    id: "V-432",
    subject,
    title:
      "given a post-only order that would take, so nothing is filled and nothing stays; not claimed, it is refused first",
    why: "Venues refuse it at once, or take it and end it: REJECTED, or an end without a fill. Never a taker's fill.",
    run: async (trial) => {
      const pricing = { type: "LIMIT", timeInForce: "GTC", limitPrice: trial.market.ask } as const;
      const wanted: Wanted = { side: "BUY", pricing: postOnly(pricing) };
      if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
      const attempt = await trial.prepare(wanted);
      const outcome = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the outcome", outcome, "REJECTED", "ACCEPTED");
      if (outcome.kind === "ACCEPTED") {
        const accepted = await trial.bookedAs(attempt.submitKey);
        await trial.found(trial.reference(attempt, accepted), "REJECTED", "CANCELLED", "EXPIRED");
      }
      mustEqual("fills", await trial.filled(), []);
      mustEqual("open orders", await trial.venue.openOrders(trial.account, trial.signal), []);
    },
  },
];

function postOnly(pricing: Wanted["pricing"]): NonNullable<Wanted["pricing"]> {
  if (pricing?.type !== "LIMIT") throw new TypeError("post-only is for limit orders");
  return { ...pricing, postOnly: true };
}
