import { elapsedMs, retryClass } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import type { FaultKind } from "../stand-fault.ts";
import type { Trial } from "../trial.ts";
import { needsResting } from "./instrument-cards.ts";

const subject = "outcomes under faults";
/** Long enough for whatever sends again behind core's back to have done so. */
const retryMs = 3_000;

interface SubmitFault {
  readonly id: Card["id"];
  readonly kind: FaultKind;
  readonly given: string;
  /** The only outcome that it proves. */
  readonly outcome: "NOT_SENT" | "UNKNOWN";
  /** Orders that are there afterwards. */
  readonly orders: 0 | 1;
  /** It never ends by itself. */
  readonly isEndless?: boolean;
}

const submitFaults: readonly SubmitFault[] = [
  {
    ...{ id: "V-601", kind: "CONNECTION_REFUSED", given: "a connection that is refused" },
    ...{ outcome: "NOT_SENT", orders: 0 },
  },
  { ...{ id: "V-602", kind: "CUT_BEFORE", given: "a connection that breaks before" }, outcome: "UNKNOWN", orders: 0 },
  { ...{ id: "V-603", kind: "CUT_AFTER", given: "a connection that breaks after" }, outcome: "UNKNOWN", orders: 1 },
  {
    ...{ id: "V-604", kind: "SILENT_BEFORE", given: "no answer, given up, and nothing done" },
    ...{ outcome: "UNKNOWN", orders: 0, isEndless: true },
  },
  {
    ...{ id: "V-605", kind: "SILENT_AFTER", given: "no answer, given up, after" },
    ...{ outcome: "UNKNOWN", orders: 1, isEndless: true },
  },
  {
    ...{ id: "V-606", kind: "BODY_STALLED", given: "an answer whose body stops halfway, given up, after" },
    ...{ outcome: "UNKNOWN", orders: 1, isEndless: true },
  },
  {
    ...{ id: "V-607", kind: "BODY_TRUNCATED", given: "an answer whose body is cut short after" },
    ...{ outcome: "UNKNOWN", orders: 1 },
  },
  { ...{ id: "V-608", kind: "BODY_HTML", given: "HTML with status 200 after" }, outcome: "UNKNOWN", orders: 1 },
  {
    ...{ id: "V-609", kind: "BODY_EMPTY", given: "an empty answer with status 200 after" },
    outcome: "UNKNOWN",
    orders: 1,
  },
  {
    ...{ id: "V-610", kind: "BODY_MALFORMED", given: "JSON of another shape with status 200 after" },
    ...{ outcome: "UNKNOWN", orders: 1 },
  },
  { ...{ id: "V-611", kind: "SERVER_ERROR_BEFORE", given: "a 5xx before" }, outcome: "UNKNOWN", orders: 0 },
  { ...{ id: "V-612", kind: "SERVER_ERROR_AFTER", given: "a 5xx after" }, outcome: "UNKNOWN", orders: 1 },
];

/** What a submission proves when things go wrong. */
export const faultCards: readonly Card[] = [
  ...submitFaults.map(
    ({ id, kind, given, outcome, orders, isEndless = false }): Card => ({
      id,
      subject,
      title: `given ${given} the order was ${orders === 1 ? "accepted" : "seen"}, so the outcome is ${outcome}, and it is sent once`,
      why:
        outcome === "UNKNOWN"
          ? "Nobody knows whether the venue acted. REJECTED or NOT_SENT here is a second order; sending again is one too."
          : "A refused connection proves that nothing left: the next attempt can start at once.",
      needs: [kind],
      run: async (trial) => {
        const attempt = await trial.prepare();
        await trial.inject(kind, "SUBMIT");
        const submit = (signal: AbortSignal) => trial.venue.submit(trial.account, attempt, signal);
        const ended = isEndless ? await trial.givenUp("SUBMIT", submit) : await trial.settled(submit(trial.signal));
        must(ended.status === "fulfilled", `the outcome ${outcome}`, ended);
        mustBe("the outcome", ended.value, outcome);
        await trial.stand.advance(retryMs);
        mustEqual("orders in the log", (await trial.accepted()).length, orders);
        mustEqual("requests to SUBMIT", await trial.requests("SUBMIT"), kind === "CONNECTION_REFUSED" ? 0 : 1);
      },
    }),
  ),
  {
    id: "V-613",
    subject,
    title:
      "given that the venue is asked too often, so the attempt provably did nothing, with the wait that was asked for",
    why: "A 429 comes before anything is done: another attempt may follow, once the venue's wait is over.",
    needs: ["RATE_LIMITED"],
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.inject("RATE_LIMITED", "SUBMIT", { retryAfterMs: 7_000 });
      const outcome = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the outcome", outcome, "REJECTED", "NOT_SENT");
      mustEqual("its code and wait", [outcome.error.code, outcome.retryAfterMs], ["RATE_LIMITED", 7_000]);
      mustEqual("orders in the log", await trial.accepted(), []);
    },
  },
  {
    id: "V-614",
    subject,
    title: "given credentials that are refused, so the attempt is REJECTED as UNAUTHORIZED, for good",
    why: "Wrong keys or withdrawn permissions need a person. Another attempt meets the same answer, and may lock the account.",
    needs: ["UNAUTHORIZED"],
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.inject("UNAUTHORIZED", "SUBMIT");
      const outcome = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the outcome", outcome, "REJECTED");
      mustEqual("its code", outcome.error.code, "UNAUTHORIZED");
      mustEqual("orders in the log", await trial.accepted(), []);
    },
  },
  {
    id: "V-615",
    subject,
    title: "given a request that arrives after valid_until, so the venue refuses it; it can't become an order any more",
    why:
      "This is what lets a doubtful attempt ever be followed by another: its bytes say until when they count. Bytes without " +
      "such a limit must not be claimed to expire.",
    needs: ["HELD_BACK"],
    skipWhen: ({ capabilities }) => (capabilities.requestsExpire ? undefined : "requests there do not expire"),
    run: async (trial) => {
      const attempt = await trial.prepare(trial.resting());
      await trial.inject("HELD_BACK", "SUBMIT");
      const ended = await trial.settled(trial.venue.submit(trial.account, attempt, trial.signal));
      must(ended.status === "fulfilled", "an outcome", ended);
      mustBe("the outcome", ended.value, "UNKNOWN");
      await outlive(trial, attempt.validUntil);
      await trial.stand.deliverHeld();
      mustEqual("orders in the log", await trial.accepted(), []);
    },
  },
  {
    id: "V-616",
    subject,
    title: "given a request that arrives late but before valid_until, so it becomes an order: the doubt was real",
    why: "What is UNKNOWN may still happen. A stand whose held requests vanish would show nothing, so this is asked too.",
    needs: ["HELD_BACK"],
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.inject("HELD_BACK", "SUBMIT");
      await trial.settled(trial.venue.submit(trial.account, attempt, trial.signal));
      mustEqual("orders in the log while it is held", await trial.accepted(), []);
      await trial.stand.deliverHeld();
      mustEqual("orders in the log", (await trial.accepted()).length, 1);
    },
  },
  {
    id: "V-617",
    subject,
    title: "given an attempt whose valid_until has passed before it is sent, so it is not accepted, provably",
    why: "A process that was paused between its last check and the wire sends something that is already dead.",
    skipWhen: ({ capabilities }) => (capabilities.requestsExpire ? undefined : "requests there do not expire"),
    run: async (trial) => {
      const attempt = await trial.prepare();
      await outlive(trial, attempt.validUntil);
      const outcome = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the outcome", outcome, "REJECTED", "NOT_SENT");
      mustEqual(`what a retry can do about ${outcome.error.code}`, retryClass(outcome.error.code), "retryable");
      mustEqual("orders in the log", await trial.accepted(), []);
    },
  },
  {
    id: "V-618",
    subject,
    title: "given an outage, so nothing is sent while it lasts, and the next attempt after it is accepted",
    why: "Venues go away and come back; a library must not need a restart for it.",
    needs: ["outage"],
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.stand.outage(true);
      const during = await trial.settled(trial.venue.submit(trial.account, attempt, trial.signal));
      must(during.status === "fulfilled", "an outcome", during);
      mustBe("the outcome during the outage", during.value, "NOT_SENT");
      await trial.stand.outage(false);
      await trial.place();
      mustEqual("orders in the log", (await trial.accepted()).length, 1);
    },
  },
  {
    id: "V-619",
    subject,
    title: "given an answer that was lost after acceptance, so the order is among the open ones, by its key",
    why: "Whatever way leads to the order again, it must lead to this one: by key, never by likeness.",
    needs: ["CUT_AFTER"],
    skipWhen: (manifest) =>
      needsResting(manifest) ??
      (manifest.capabilities.clientOrderIds ? undefined : "orders there carry no key of ours"),
    run: async (trial) => {
      const attempt = await trial.prepare(trial.resting());
      await trial.inject("CUT_AFTER", "SUBMIT");
      await trial.settled(trial.venue.submit(trial.account, attempt, trial.signal));
      await trial.until(`${attempt.submitKey} among the open orders`, async () => {
        const open = await trial.venue.openOrders(trial.account, trial.signal);
        return open.some(({ submitKey }) => submitKey === attempt.submitKey) || undefined;
      });
    },
  },
];

/** Lets venue time pass until an attempt can no longer be accepted. */
async function outlive(trial: Trial, validUntil: Parameters<typeof elapsedMs>[0] | undefined): Promise<void> {
  must(validUntil !== undefined, "a valid_until, as the manifest claims that requests expire", validUntil);
  await trial.stand.advance(elapsedMs(trial.stand.venueTime(), validUntil) + 1_000);
}
