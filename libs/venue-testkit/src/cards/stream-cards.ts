import type { SubmitKey } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { Listener } from "../listener.ts";
import type { Trial } from "../trial.ts";
import { mustMatchFills } from "./fill-matching.ts";
import { needsResting } from "./instrument-cards.ts";
import { needsPartialFills, partlyFilled } from "./lookup-cards.ts";

const subject = "stream";

function needsStream({ capabilities }: Trial["manifest"]): string | undefined {
  return capabilities.streams ? undefined : "streams are not claimed";
}

/** Reports as they happen: a hint that may lack some, never a lie. */
export const streamCards: readonly Card[] = [
  {
    id: "V-1201",
    subject,
    title: "given an order that is filled, so the stream reports its fills and its end, digit for digit",
    why: "The stream is how fills are known within milliseconds.",
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      const { attempt, accepted } = await trial.place();
      await reported(trial, listener, attempt.submitKey, "FILLED");
      await trial.until("its fills on the stream", () => fillsOn(listener, attempt.submitKey).length > 0 || undefined);
      mustMatchFills(fillsOn(listener, attempt.submitKey), await trial.filled(accepted.venueOrderId));
    },
  },
  {
    id: "V-1202",
    subject,
    title: "given an order that rests, so the stream reports it OPEN, and CANCELLED once it is cancelled",
    why: "An end that comes as a report is acted on at once.",
    skipWhen: (manifest) => needsStream(manifest) ?? needsResting(manifest),
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      const { attempt, reference } = await trial.place(trial.resting());
      await reported(trial, listener, attempt.submitKey, "OPEN");
      await trial.venue.cancel(reference, trial.signal);
      await reported(trial, listener, attempt.submitKey, "CANCELLED");
    },
  },
  {
    id: "V-1203",
    subject,
    title: "given an order filled in parts, so each part is reported as a fill of its own",
    why: "Some client libraries keep only the last state of a burst; the fills between are then for the polls to find.",
    needs: ["fill"],
    skipWhen: (manifest) => needsStream(manifest) ?? needsPartialFills(manifest),
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      const { attempt, accepted, part } = await partlyFilled(trial);
      await trial.until("its first part", () => fillsOn(listener, attempt.submitKey).length > 0 || undefined);
      await trial.stand.fill(accepted.venueOrderId, part);
      await trial.until("both parts", () => fillsOn(listener, attempt.submitKey).length > 1 || undefined);
      mustMatchFills(fillsOn(listener, attempt.submitKey), await trial.filled(accepted.venueOrderId));
    },
  },
  {
    id: "V-1204",
    subject,
    title: "given that it is given up, so the stream ends, without an error",
    why: "A process that stops must not wait for a socket that says nothing.",
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      listener.stop();
      mustBe("how it ended", await trial.until("an end of the stream", () => listener.end), "ENDED");
    },
  },
  {
    id: "V-1205",
    subject,
    title: "given that it was given up before it began, so it ends at once",
    why: "As above, for a process that is stopping already.",
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = Listener.start(trial);
      listener.stop();
      mustBe("how it ended", await trial.until("an end of the stream", () => listener.end), "ENDED");
    },
  },
  {
    id: "V-1206",
    subject,
    title: "given a connection that breaks, so the stream ends or throws, and can be opened again",
    why: "What happened in between is for the polls; but core must learn that there was a gap, and when it is over.",
    needs: ["STREAM_CUT"],
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      await trial.inject("STREAM_CUT", "STREAM");
      await trial.until("an end of the stream", () => listener.end);
      await Listener.connected(trial);
    },
  },
  {
    id: "V-1207",
    subject,
    title: "given a report that comes twice, so its fill has the same id both times",
    why: "Core counts a fill once, by its id.",
    needs: ["REPORT_DUPLICATED"],
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      await trial.inject("REPORT_DUPLICATED", "STREAM");
      const { attempt, accepted } = await trial.place();
      await reported(trial, listener, attempt.submitKey, "FILLED");
      await trial.stand.advance(100);
      mustMatchFills(distinct(fillsOn(listener, attempt.submitKey)), await trial.filled(accepted.venueOrderId));
    },
  },
  {
    id: "V-1208",
    subject,
    title: "given reports that come in another order, so each is still true of its order",
    why: "A library that adds up what it hears, instead of translating it, adds up wrongly then.",
    needs: ["REPORTS_REORDERED"],
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      await trial.inject("REPORTS_REORDERED", "STREAM");
      const first = await trial.place();
      const second = await trial.place({ side: "SELL" });
      for (const { attempt, accepted } of [first, second]) {
        await reported(trial, listener, attempt.submitKey, "FILLED");
        mustMatchFills(distinct(fillsOn(listener, attempt.submitKey)), await trial.filled(accepted.venueOrderId));
      }
    },
  },
  {
    id: "V-1209",
    subject,
    title: "given a report that is lost, so nothing is made up for it, and later ones still come",
    why: "A gap is found by the polls; a guess can't be taken back.",
    needs: ["REPORT_DROPPED"],
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      await trial.inject("REPORT_DROPPED", "STREAM");
      const lost = await trial.place();
      await trial.found(lost.reference, "FILLED");
      const next = await trial.place({ side: "SELL" });
      await reported(trial, listener, next.attempt.submitKey, "FILLED");
      const booked = new Set((await trial.filled(lost.accepted.venueOrderId)).map(({ venueFillId }) => venueFillId));
      const told = fillsOn(listener, lost.attempt.submitKey);
      must(
        told.every(({ venueFillId }) => booked.has(venueFillId)),
        "no fill that the books don't have",
        told,
      );
    },
  },
  {
    id: "V-1210",
    subject,
    title: "given an order of the other account, so this account's stream does not report it",
    why: "Each account has its own stream.",
    skipWhen: needsStream,
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      const [, other] = trial.stand.accounts;
      const theirs = await trial.place({}, other);
      const ours = await trial.place();
      await reported(trial, listener, ours.attempt.submitKey, "FILLED");
      mustEqual("reports of the other's order", listener.of(theirs.attempt.submitKey), []);
    },
  },
  {
    id: "V-1211",
    subject,
    title: "given a venue that can't be reached, so the stream ends or throws instead of waiting for ever",
    why: "Core opens it again, with its own waits between.",
    needs: ["outage"],
    skipWhen: needsStream,
    run: async (trial) => {
      await trial.stand.outage(true);
      const listener = Listener.start(trial);
      await trial.until("an end of the stream", () => listener.end);
    },
  },
];

/** Waits for a report of the order of that kind. */
function reported(trial: Trial, listener: Listener, key: SubmitKey, kind: string): Promise<unknown> {
  return trial.until(`a report ${kind} of ${key}`, () =>
    listener.of(key).find(({ evidence }) => evidence.kind === kind),
  );
}

function fillsOn(listener: Listener, key: SubmitKey) {
  return listener.of(key).flatMap(({ fills }) => fills);
}

function distinct<Fill extends { readonly venueFillId: string }>(fills: readonly Fill[]): readonly Fill[] {
  return [...new Map(fills.map((fill) => [fill.venueFillId, fill])).values()];
}
