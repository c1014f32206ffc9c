import type { CancelOutcome } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import type { FaultKind } from "../stand-fault.ts";
import type { PlacedOrder, Trial } from "../trial.ts";
import { brokenAnswers } from "./failing-reads.ts";
import { needsResting } from "./instrument-cards.ts";
import { needsPartialFills, partlyFilled } from "./lookup-cards.ts";

const subject = "cancel";
const retryMs = 3_000;

/** Taking back one order. */
export const cancelCards: readonly Card[] = [
  {
    id: "V-801",
    subject,
    title: "given an order that rests, so the cancel is ACCEPTED, it has ended, and others have not",
    why: "A cancel by a wrong name ends the wrong order, or none.",
    skipWhen: needsResting,
    run: async (trial) => {
      const one = await trial.place(trial.resting("BUY"));
      const other = await trial.place(trial.resting("BUY"));
      mustBe("the outcome", await trial.venue.cancel(one.reference, trial.signal), "ACCEPTED");
      await trial.found(one.reference, "CANCELLED");
      await trial.found(other.reference, "OPEN");
      mustEqual("orders that ended", await ended(trial), [one.accepted.venueOrderId]);
    },
  },
  {
    id: "V-802",
    subject,
    title: "given the report that came with a cancel, so it names the order, not the cancel",
    why: "Some venues give a cancel an id of its own and put it where the order's is in all other answers.",
    skipWhen: needsResting,
    run: async (trial) => {
      const { reference, accepted, attempt } = await trial.place(trial.resting());
      const outcome = await trial.venue.cancel(reference, trial.signal);
      mustBe("the outcome", outcome, "ACCEPTED");
      if (outcome.report === undefined) return;
      const { submitKey, venueOrderId = accepted.venueOrderId, evidence } = outcome.report;
      mustEqual("what it names", [submitKey, venueOrderId], [attempt.submitKey, accepted.venueOrderId]);
      must(["CANCELLED", "CANCEL_TAKEN", "OPEN"].includes(evidence.kind), "no other end than CANCELLED", evidence);
    },
  },
  ...(
    [
      ["V-803", "an order that is filled", false],
      ["V-804", "an order that is cancelled already", true],
    ] as const
  ).map(
    ([id, given, isCancelled]): Card => ({
      id,
      subject,
      title: `given ${given}, so the cancel says NOT_OPEN, and the order stays what it was`,
      why: "'Unknown order' from a cancel may mean that it was filled: NOT_OPEN makes core look, ACCEPTED makes it believe.",
      ...(isCancelled ? { skipWhen: needsResting } : {}),
      run: async (trial) => {
        const { reference } = await trial.place(isCancelled ? trial.resting() : {});
        if (isCancelled) await trial.venue.cancel(reference, trial.signal);
        const end = isCancelled ? "CANCELLED" : "FILLED";
        await trial.found(reference, end);
        mustBe("the outcome", await trial.venue.cancel(reference, trial.signal), "NOT_OPEN");
        await trial.found(reference, end);
      },
    }),
  ),
  {
    id: "V-805",
    subject,
    title: "given an attempt that was never sent, so the cancel says NOT_OPEN",
    why: "Nothing was cancelled, and nothing is told about what may still arrive.",
    skipWhen: ({ capabilities }) => (capabilities.clientOrderIds ? undefined : "orders there carry no key of ours"),
    run: async (trial) => {
      const attempt = await trial.prepare();
      const outcome = await trial.venue.cancel(trial.reference(attempt, undefined), trial.signal);
      mustBe("the outcome", outcome, "NOT_OPEN");
    },
  },
  {
    id: "V-806",
    subject,
    title: "given an order filled in part, so the cancel ends the rest and what was filled stays",
    why: "A cancel takes back what is left, nothing else.",
    needs: ["fill"],
    skipWhen: needsPartialFills,
    run: async (trial) => {
      const { reference, part } = await partlyFilled(trial);
      mustBe("the outcome", await trial.venue.cancel(reference, trial.signal), "ACCEPTED");
      mustEqual("what is filled", (await trial.found(reference, "CANCELLED")).cumQuantity, part);
    },
  },
  ...(
    [
      ["V-807", "CUT_AFTER", "a connection that breaks after the cancel was done", 1, false],
      ["V-808", "CUT_BEFORE", "a connection that breaks before the cancel was done", 0, false],
      ["V-809", "SERVER_ERROR_AFTER", "a 5xx after the cancel was done", 1, false],
      ["V-810", "SILENT_AFTER", "no answer to a cancel that was done, given up", 1, true],
    ] as const
  ).map(
    ([id, kind, given, count, isEndless]): Card => ({
      id,
      subject,
      title: `given ${given}, so the outcome is UNKNOWN, and it is sent once`,
      why: "Core looks up and cancels again by its own count; a library that sends again hides what happened.",
      needs: [kind],
      skipWhen: needsResting,
      run: async (trial) => {
        const { reference } = await trial.place(trial.resting());
        await trial.inject(kind, "CANCEL");
        const cancel = (signal: AbortSignal) => trial.venue.cancel(reference, signal);
        const outcome = isEndless ? await trial.givenUp("CANCEL", cancel) : await trial.settled(cancel(trial.signal));
        mustBe("the outcome", outcomeOf(outcome), "UNKNOWN");
        await trial.stand.advance(retryMs);
        mustEqual("orders that ended", (await ended(trial)).length, count);
        mustEqual("requests to CANCEL", await trial.requests("CANCEL"), 1);
      },
    }),
  ),
  {
    id: "V-811",
    subject,
    title: "given answers to a cancel that can't be read (HTML, empty, another shape, cut short), so UNKNOWN",
    why: "Neither that it was cancelled nor that it was not open can be read from them.",
    skipWhen: needsResting,
    run: (trial) => eachFault(trial, brokenAnswers, (outcome, kind) => mustBe(`with ${kind}`, outcome, "UNKNOWN")),
  },
  {
    id: "V-812",
    subject,
    title: "given a connection that is refused, so the order is not believed cancelled, nor gone",
    why: "ACCEPTED or NOT_OPEN here leaves an order alive that nobody watches.",
    needs: ["CONNECTION_REFUSED"],
    skipWhen: needsResting,
    run: (trial) =>
      eachFault(trial, ["CONNECTION_REFUSED"], (outcome) => mustBe("the outcome", outcome, "UNKNOWN", "REFUSED")),
  },
  {
    id: "V-813",
    subject,
    title: "given a cancel that comes too often, so it is not believed done, with the wait that was asked for",
    why: "Cancels count against limits too. Nothing was done: REFUSED, or UNKNOWN where the venue does not say.",
    needs: ["RATE_LIMITED"],
    skipWhen: needsResting,
    run: async (trial) => {
      const { reference } = await trial.place(trial.resting());
      await trial.inject("RATE_LIMITED", "CANCEL", { retryAfterMs: 7_000 });
      const outcome = await trial.venue.cancel(reference, trial.signal);
      mustBe("the outcome", outcome, "REFUSED", "UNKNOWN");
      mustEqual("the wait", outcome.retryAfterMs, 7_000);
      mustEqual("orders that ended", await ended(trial), []);
    },
  },
];

/** The venue's ids of orders that ended unfilled, by its books. */
export async function ended(trial: Trial): Promise<readonly PlacedOrder["accepted"]["venueOrderId"][]> {
  return (await trial.stand.log()).flatMap((event) => (event.type === "ENDED" ? [event.venueOrderId] : []));
}

/** Cancels a new order under each of the faults. */
async function eachFault(
  trial: Trial,
  kinds: readonly FaultKind[],
  check: (outcome: CancelOutcome, kind: FaultKind) => void,
): Promise<void> {
  for (const kind of kinds.filter((each) => trial.can(each))) {
    const { reference } = await trial.place(trial.resting());
    await trial.inject(kind, "CANCEL");
    check(outcomeOf(await trial.settled(trial.venue.cancel(reference, trial.signal))), kind);
    await trial.stand.calm();
  }
}

/** @throws CardFailure where the cancel threw: it answers UNKNOWN instead. */
function outcomeOf(answer: PromiseSettledResult<CancelOutcome>): CancelOutcome {
  must(answer.status === "fulfilled", "an outcome", answer);
  return answer.value;
}
