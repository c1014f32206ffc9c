import type { AccountId, CancelAllOutcome, InstrumentId, Venue } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { ordinaryQuantity, restingPrice } from "../terms.ts";
import type { Trial } from "../trial.ts";
import { ended } from "./cancel-cards.ts";
import { needsResting } from "./instrument-cards.ts";

const subject = "cancel-all";

/** Taking back everything in one request. */
export const cancelAllCards: readonly Card[] = [
  {
    id: "V-901",
    subject,
    title: "given open orders, ours and not, so one request cancels them all",
    why: "In an emergency one request counts: what somebody else placed for the account is open exposure too.",
    needs: ["placeForeign"],
    skipWhen: needsCancelAll,
    run: async (trial) => {
      const ours = [await trial.place(trial.resting("BUY")), await trial.place(trial.resting("SELL"))];
      const foreign = await placeForeign(trial);
      mustBe("the outcome", await cancelAll(trial, trial.account, scope(trial)), "ACCEPTED");
      const expected = [...ours.map(({ accepted }) => accepted.venueOrderId), foreign].sort();
      await trial.until(`the end of ${expected}`, async () => (await ended(trial)).length >= 3 || undefined);
      mustEqual("orders that ended", [...(await ended(trial))].sort(), expected);
      mustEqual("requests to CANCEL_ALL", await trial.requests("CANCEL_ALL"), 1);
    },
  },
  {
    id: "V-902",
    subject,
    title: "given an instrument, so only its orders are cancelled",
    why: "A halt may be of one market.",
    skipWhen: needsCancelAll,
    run: async (trial) => {
      const [, second] = trial.stand.instruments;
      const one = await trial.place(trial.resting("BUY"));
      const other = await trial.place(trial.resting("BUY", second));
      mustBe("the outcome", await cancelAll(trial, trial.account, trial.instrument.symbol), "ACCEPTED");
      await trial.found(one.reference, "CANCELLED");
      await trial.found(other.reference, "OPEN");
    },
  },
  {
    id: "V-903",
    subject,
    title: "given two accounts, so the other one's orders stay",
    why: "Each account stops for itself.",
    skipWhen: needsCancelAll,
    run: async (trial) => {
      const [, other] = trial.stand.accounts;
      const theirs = await trial.place(trial.resting("BUY"), other);
      mustBe("the outcome", await cancelAll(trial, trial.account, scope(trial)), "ACCEPTED");
      mustEqual("orders that ended", await ended(trial), []);
      must(theirs.accepted.account === other, "an order of the other account", theirs.accepted);
    },
  },
  {
    id: "V-904",
    subject,
    title: "given nothing that is open, so it is ACCEPTED all the same",
    why: "Some venues answer 'no such order' then; for us there is nothing left to cancel, which is what was asked for.",
    skipWhen: needsCancelAll,
    run: async (trial) => mustBe("the outcome", await cancelAll(trial, trial.account, scope(trial)), "ACCEPTED"),
  },
  {
    id: "V-905",
    subject,
    title: "given an answer that is lost, or can't be read, so the outcome is UNKNOWN, and it is sent once",
    why: "Any of them may be cancelled: core reads the open orders and goes on.",
    skipWhen: needsCancelAll,
    run: async (trial) => {
      let sent = await trial.requests("CANCEL_ALL");
      for (const kind of (["CUT_AFTER", "SERVER_ERROR_AFTER", "BODY_HTML"] as const).filter((each) =>
        trial.can(each),
      )) {
        await trial.inject(kind, "CANCEL_ALL");
        const answer = await trial.settled(cancelAll(trial, trial.account, scope(trial)));
        must(answer.status === "fulfilled", `with ${kind}: an outcome`, answer);
        mustBe(`with ${kind}: the outcome`, answer.value, "UNKNOWN");
        sent += 1;
        mustEqual("requests to CANCEL_ALL", await trial.requests("CANCEL_ALL"), sent);
      }
    },
  },
];

function needsCancelAll(manifest: Trial["manifest"]): string | undefined {
  return manifest.capabilities.cancelAll === false ? "cancelAll is not claimed" : needsResting(manifest);
}

/** All instruments, where they can be asked for at once. */
function scope(trial: Trial): InstrumentId | undefined {
  return trial.claims.cancelAll === "PER_INSTRUMENT" ? trial.instrument.symbol : undefined;
}

function cancelAll(trial: Trial, account: AccountId, instrument?: InstrumentId): Promise<CancelAllOutcome> {
  const venue: Venue = trial.venue;
  must(venue.cancelAll !== undefined, "cancelAll, as claimed", "there is none");
  return venue.cancelAll(account, instrument, trial.signal);
}

/** An order of the account that did not come from us. */
export function placeForeign({ stand, account, instrument, market }: Trial) {
  const quantity = ordinaryQuantity(instrument, market.bid);
  const limitPrice = restingPrice(instrument, "BUY", market);
  return stand.placeForeign(account, { instrument: instrument.symbol, side: "BUY", quantity, limitPrice });
}
