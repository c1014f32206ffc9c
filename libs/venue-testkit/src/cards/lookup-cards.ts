import { type AttemptReference, elapsedMs, type LookupAnswer } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import type { FaultKind } from "../stand-fault.ts";
import { ordinaryQuantity, partOf } from "../terms.ts";
import type { Trial } from "../trial.ts";
import { always, brokenAnswers, brokenConnections } from "./failing-reads.ts";
import { mustMatchFills } from "./fill-matching.ts";
import { needsResting } from "./instrument-cards.ts";

const subject = "look-up";
const clockErrorMsMax = 2_000;

/** Asking about one attempt: the only way out of a doubt. */
export const lookupCards: readonly Card[] = [
  {
    id: "V-701",
    subject,
    title: "given an order that rests, so the look-up finds it OPEN under its own names",
    why: "The report names what was found, so that core can tell whether it is what it asked for.",
    skipWhen: needsResting,
    run: async (trial) => {
      const { reference, accepted, attempt } = await trial.place(trial.resting());
      const report = await trial.found(reference, "OPEN");
      mustEqual("the key that it names", report.submitKey, attempt.submitKey);
      mustEqual("the venue's id", report.venueOrderId, accepted.venueOrderId);
      mustEqual("the instrument, where it tells", report.instrument ?? accepted.instrument, accepted.instrument);
      mustEqual("what is filled", report.cumQuantity ?? "0", "0");
    },
  },
  {
    id: "V-702",
    subject,
    title:
      "given an order that was filled, so the look-up finds it FILLED, its quantity and fills as the books have them",
    why: "A filled order must stay findable; while its count of what is filled is missing, no end is believed.",
    run: async (trial) => {
      const { reference, accepted } = await trial.place();
      const report = await trial.found(reference, "FILLED");
      if (report.cumQuantity !== undefined) mustEqual("what is filled", report.cumQuantity, accepted.quantity);
      must(report.cumQuantity !== undefined || report.fills.length > 0, "cumQuantity or fills", report);
      if (report.fills.length > 0) mustMatchFills(report.fills, await trial.filled(accepted.venueOrderId));
    },
  },
  {
    id: "V-703",
    subject,
    title: "given an order that was filled in part and rests on, so it is OPEN with the quantity that was filled",
    why: "OPEN is not unfilled: the position is there already.",
    needs: ["fill"],
    skipWhen: needsPartialFills,
    run: async (trial) => {
      const { reference, part } = await partlyFilled(trial);
      await trial.until(`OPEN with ${part} filled`, async () => {
        const report = await trial.found(reference, "OPEN");
        return report.cumQuantity === part || undefined;
      });
    },
  },
  {
    id: "V-704",
    subject,
    title: "given an order that was cancelled, so the look-up finds it CANCELLED with nothing filled",
    why: "An end is told as what it was.",
    skipWhen: needsResting,
    run: async (trial) => {
      const { reference } = await trial.place(trial.resting());
      await trial.venue.cancel(reference, trial.signal);
      mustEqual("what is filled", (await trial.found(reference, "CANCELLED")).cumQuantity ?? "0", "0");
    },
  },
  {
    id: "V-705",
    subject,
    title: "given an order that was filled in part and then cancelled, so it is CANCELLED with what was filled",
    why: "Client libraries call this 'canceled' with a filled amount, or 'closed'. What was filled counts either way.",
    needs: ["fill"],
    skipWhen: needsPartialFills,
    run: async (trial) => {
      const { reference, part } = await partlyFilled(trial);
      await trial.venue.cancel(reference, trial.signal);
      mustEqual("what is filled", (await trial.found(reference, "CANCELLED")).cumQuantity, part);
    },
  },
  {
    id: "V-706",
    subject,
    title: "given an order that the venue cancelled by itself, so the look-up finds it CANCELLED or EXPIRED",
    why: "Venues end orders on their own: delistings, self-trades, risk.",
    needs: ["cancelUnasked"],
    skipWhen: needsResting,
    run: async (trial) => {
      const { reference, accepted } = await trial.place(trial.resting());
      await trial.stand.cancelUnasked(accepted.venueOrderId);
      await trial.found(reference, "CANCELLED", "EXPIRED");
    },
  },
  {
    id: "V-707",
    subject,
    title: "given an attempt that was never sent, so NOT_FOUND, true as of no later than the venue's time now",
    why:
      "Core takes NOT_FOUND for proof once asOf is past valid_until. An asOf in the future makes proof of nothing. Where the " +
      "venue can't be asked by the key, the answer is UNAVAILABLE: it does not know.",
    run: async (trial) => {
      const answer = await lookUpUnsent(trial);
      if (!trial.claims.lookupBySubmitKey) return mustBe("the answer", answer, "UNAVAILABLE");
      mustBe("the answer", answer, "NOT_FOUND");
      mustBeAsOfNow(trial, answer.asOf);
    },
  },
  {
    id: "V-708",
    subject,
    title: "given a venue clock 30 s behind ours, so NOT_FOUND is as of the venue's time, not of ours",
    why: "By our clock an attempt would be believed dead half a minute before it is.",
    needs: ["skewClock"],
    skipWhen: needsLookup,
    run: async (trial) => {
      await trial.stand.skewClock(-30_000);
      const { venue } = await trial.load();
      const prepared = await venue.prepare(trial.request(), trial.signal);
      mustBe("prepare", prepared, "PREPARED");
      const reference = trial.reference(prepared.attempt, undefined);
      const answer = await venue.lookup(reference, trial.signal);
      mustBe("the answer", answer, "NOT_FOUND");
      mustBeAsOfNow(trial, answer.asOf);
    },
  },
  {
    id: "V-709",
    subject,
    title:
      "given a venue that for a while does not find an order that it has, so NOT_FOUND is as of before valid_until",
    why: "Just after acceptance many venues don't find what they have. As long as the attempt is valid, it proves nothing.",
    needs: ["NOT_FOUND"],
    skipWhen: (manifest) => needsLookup(manifest) ?? needsResting(manifest),
    run: async (trial) => {
      const { reference, attempt } = await trial.place(trial.resting());
      await trial.inject("NOT_FOUND", "LOOKUP", { times: 1 });
      const answer = await trial.venue.lookup(reference, trial.signal);
      mustBe("the answer", answer, "NOT_FOUND", "UNAVAILABLE");
      if (answer.kind === "NOT_FOUND") {
        mustBeAsOfNow(trial, answer.asOf);
        const { validUntil } = attempt;
        must(validUntil === undefined || answer.asOf <= validUntil, "asOf before valid_until", {
          ...answer,
          validUntil,
        });
      }
      await trial.stand.calm();
      await trial.found(reference, "OPEN");
    },
  },
  ...(
    [
      ["V-710", "answers that can't be read (HTML, empty, another shape, cut short)", brokenAnswers],
      ["V-711", "connections that are refused or break, and a 5xx", brokenConnections],
    ] as const
  ).map(
    ([id, given, kinds]): Card => ({
      id,
      subject,
      title: `given ${given}, so the look-up is UNAVAILABLE, never NOT_FOUND`,
      why: "A failed look-up says nothing. Taken for 'not found' it is proof of absence of an order that lives.",
      run: (trial) => mustBeUnavailable(trial, kinds),
    }),
  ),
  {
    id: "V-712",
    subject,
    title: "given a look-up without an answer that is given up, so it ends then, UNAVAILABLE",
    why: "Core bounds each wait by its signal.",
    needs: ["SILENT_BEFORE"],
    run: async (trial) => {
      const { reference } = await trial.place();
      await trial.inject("SILENT_BEFORE", "LOOKUP", { times: always });
      const ended = await trial.givenUp("LOOKUP", (signal) => trial.venue.lookup(reference, signal));
      mustBe("the answer", answerOf(ended), "UNAVAILABLE");
    },
  },
  {
    id: "V-713",
    subject,
    title: "given a look-up that comes too often, so UNAVAILABLE, RATE_LIMITED, with the wait that was asked for",
    why: "A doubt is looked up again and again; a venue that asks for peace gets it.",
    needs: ["RATE_LIMITED"],
    run: async (trial) => {
      const { reference } = await trial.place();
      await trial.inject("RATE_LIMITED", "LOOKUP", { times: always, retryAfterMs: 7_000 });
      const answer = answerOf(await trial.settled(trial.venue.lookup(reference, trial.signal)));
      mustBe("the answer", answer, "UNAVAILABLE");
      mustEqual("its code and wait", [answer.error.code, answer.retryAfterMs], ["RATE_LIMITED", 7_000]);
    },
  },
  {
    id: "V-714",
    subject,
    title: "given credentials that are refused, so the look-up is UNAVAILABLE, UNAUTHORIZED",
    why: "Without permission to look, nothing is known.",
    needs: ["UNAUTHORIZED"],
    run: async (trial) => {
      const { reference } = await trial.place();
      await trial.inject("UNAUTHORIZED", "LOOKUP", { times: always });
      const answer = answerOf(await trial.settled(trial.venue.lookup(reference, trial.signal)));
      mustBe("the answer", answer, "UNAVAILABLE");
      mustEqual("its code", answer.error.code, "UNAUTHORIZED");
    },
  },
  {
    id: "V-715",
    subject,
    title:
      "given an answer that was lost after acceptance, so the look-up finds the order; not claimed, it is UNAVAILABLE",
    why: "This is what the submit key is for.",
    needs: ["CUT_AFTER"],
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.inject("CUT_AFTER", "SUBMIT");
      await trial.settled(trial.venue.submit(trial.account, attempt, trial.signal));
      const reference = trial.reference(attempt, undefined);
      if (!trial.claims.lookupBySubmitKey) {
        return mustBe("the answer", await trial.venue.lookup(reference, trial.signal), "UNAVAILABLE");
      }
      const report = await trial.found(reference, "FILLED");
      const booked = await trial.bookedAs(attempt.submitKey);
      mustEqual("the venue's id", report.venueOrderId, booked?.venueOrderId);
    },
  },
  {
    id: "V-716",
    subject,
    title: "given an order of one account, so the other account's look-up does not find it",
    why: "Found under another account, an order would be adopted that is somebody else's.",
    run: async (trial) => {
      const { reference } = await trial.place();
      const [, other] = trial.stand.accounts;
      const answer = await trial.venue.lookup({ ...reference, account: other }, trial.signal);
      mustBe("the answer", answer, "NOT_FOUND", "UNAVAILABLE");
    },
  },
  {
    id: "V-717",
    subject,
    title: "given a library that was opened anew, so it finds the order that was placed before",
    why: "Start-up is recovery: nothing that is needed to find an order may live in the library's memory.",
    run: async (trial) => {
      const { reference, accepted } = await trial.place();
      await trial.found(reference, "FILLED");
      const { venue } = await trial.load();
      const answer = await venue.lookup(reference, trial.signal);
      mustBe("the answer", answer, "FOUND");
      mustEqual("the venue's id", answer.report.venueOrderId, accepted.venueOrderId);
    },
  },
  {
    id: "V-718",
    subject,
    title: "given the venue's own id beside the key, so the look-up finds that order",
    why: "Keys may be short-lived at a venue, its own ids are not.",
    run: async (trial) => {
      const { reference, accepted } = await trial.place();
      const { venueOrderId } = accepted;
      const report = await trial.found({ ...reference, venueOrderId }, "FILLED");
      mustEqual("the venue's id", report.venueOrderId, venueOrderId);
    },
  },
];

/** An order that rests, a part of it filled. */
export async function partlyFilled(trial: Trial) {
  const whole = ordinaryQuantity(trial.instrument, trial.market.bid, 6);
  const part = partOf(whole, trial.instrument);
  const order = await trial.place({ ...trial.resting(), size: { in: "BASE", quantity: whole } });
  await trial.stand.fill(order.accepted.venueOrderId, part);
  return { ...order, whole, part };
}

export function needsPartialFills(manifest: Trial["manifest"]): string | undefined {
  return manifest.capabilities.partialFills ? needsResting(manifest) : "orders there are filled whole or not at all";
}

function needsLookup({ capabilities }: Trial["manifest"]): string | undefined {
  return capabilities.lookupBySubmitKey ? undefined : "the venue can't be asked by the submit key";
}

async function lookUpUnsent(trial: Trial): Promise<LookupAnswer> {
  const attempt = await trial.prepare();
  return trial.venue.lookup(trial.reference(attempt, undefined), trial.signal);
}

function mustBeAsOfNow(trial: Trial, asOf: Parameters<typeof elapsedMs>[0]): void {
  const aheadMs = elapsedMs(trial.stand.venueTime(), asOf);
  must(aheadMs <= 0, "asOf no later than the venue's clock", { aheadMs });
  must(-aheadMs <= clockErrorMsMax * 5, "asOf of about now, by the venue's clock", { aheadMs });
}

async function mustBeUnavailable(trial: Trial, kinds: readonly FaultKind[]): Promise<void> {
  const { reference } = await trial.place();
  for (const kind of kinds.filter((each) => trial.can(each))) {
    await trial.inject(kind, "LOOKUP", { times: always });
    const answer = answerOf(await trial.settled(lookUp(trial, reference)));
    mustBe(`with ${kind}: the answer`, answer, "UNAVAILABLE");
    await trial.stand.calm();
  }
}

function lookUp(trial: Trial, reference: AttemptReference): Promise<LookupAnswer> {
  return trial.venue.lookup(reference, trial.signal);
}

/** @throws CardFailure where the look-up threw: it answers UNAVAILABLE instead. */
function answerOf(ended: PromiseSettledResult<LookupAnswer>): LookupAnswer {
  must(ended.status === "fulfilled", "an answer", ended);
  return ended.value;
}
