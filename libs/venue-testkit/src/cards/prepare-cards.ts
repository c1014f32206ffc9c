import { addMs, elapsedMs, instrumentId, type PrepareAnswer, type Pricing, retryClass } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { restingPrice, type Wanted } from "../terms.ts";
import type { Trial } from "../trial.ts";
import { brokenConnections } from "./failing-reads.ts";

const subject = "prepare";
/** Beyond this an attempt in doubt would hold its order up for longer than anybody waits. */
const validityMsMax = 5 * 60_000;
/** What is asked of a library's idea of the venue's clock. */
const clockErrorMsMax = 2_000;
const skewMs = 30_000;

/** Building an attempt: nothing is sent, and everything is fixed. */
export const prepareCards: readonly Card[] = [
  {
    id: "V-301",
    subject,
    title: "given an order that is prepared, so nothing was placed",
    why: "Between prepare and submit the attempt becomes durable. An order that exists before that can be forgotten.",
    run: async (trial) => {
      await trial.prepare();
      mustEqual("requests to SUBMIT", await trial.requests("SUBMIT"), 0);
      mustEqual("the counterpart's log", await trial.stand.log(), []);
    },
  },
  {
    id: "V-302",
    subject,
    title: "given the same order and attempt prepared again, so the submit key is the same",
    why: "After a crash the attempt is found by its key. Make it from the order id and the attempt's number, by no chance.",
    run: async (trial) => {
      const request = trial.request();
      const first = await trial.venue.prepare(request, trial.signal);
      const { venue } = await trial.load();
      await trial.stand.advance(1_500);
      const again = await venue.prepare(request, trial.signal);
      mustBe("prepare", first, "PREPARED");
      mustBe("prepare in another process, later", again, "PREPARED");
      if (!trial.claims.clientOrderIds) return;
      mustEqual("the submit key", again.attempt.submitKey, first.attempt.submitKey);
    },
  },
  {
    id: "V-303",
    subject,
    title: "given other orders and other attempts of an order, so each has a key of its own",
    why: "Two attempts under one key can't be told apart, and a key cut to the venue's length may lose what tells them.",
    run: async (trial) => {
      const keys = new Set<string>();
      for (let order = 0; order < 10; order += 1) {
        const orderId = trial.nextOrderId();
        for (const number of [1, 2, 10]) keys.add((await trial.prepare({}, { orderId, number })).submitKey);
      }
      mustEqual("keys of 30 attempts", keys.size, 30);
    },
  },
  {
    id: "V-304",
    subject,
    title: "given an order that was placed, so the counterpart has it under exactly the submit key",
    why: "A key that the venue cuts, or replaces by its own, finds nothing when it matters.",
    skipWhen: ({ capabilities }) => (capabilities.clientOrderIds ? undefined : "orders there carry no key of ours"),
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.venue.submit(trial.account, attempt, trial.signal);
      mustEqual(
        "keys in the log",
        (await trial.accepted()).map(({ submitKey }) => submitKey),
        [attempt.submitKey],
      );
    },
  },
  {
    id: "V-305",
    subject,
    title:
      "given the claim that requests expire, so there is a valid_until in the near future; without it there is none",
    why:
      "Only an attempt that can no longer be accepted may be followed by another. valid_until is what the bytes say (a " +
      "timestamp and window, a block height), so without such bytes there is none.",
    run: async (trial) => {
      const { validUntil } = await trial.prepare();
      mustEqual("there is a valid_until", validUntil !== undefined, trial.claims.requestsExpire);
      if (validUntil === undefined) return;
      const leftMs = elapsedMs(trial.stand.venueTime(), validUntil);
      must(leftMs > 0 && leftMs <= validityMsMax, `a valid_until within ${validityMsMax} ms from now`, { leftMs });
    },
  },
  ...[skewMs, -skewMs].map(
    (aheadMs, index): Card => ({
      id: index === 0 ? "V-306" : "V-307",
      subject,
      title: `given a venue clock ${aheadMs / 1_000} s against ours, so valid_until is venue time and the order is taken`,
      why:
        "Machines' clocks are off. Measure the venue's time, and again now and then; stamp and judge by it alone. With " +
        "ours, requests are refused as stale, or a dead attempt is believed alive.",
      needs: ["skewClock"],
      run: async (trial) => {
        await trial.stand.skewClock(aheadMs);
        const { venue } = await trial.load();
        const answer = await venue.prepare(trial.request(), trial.signal);
        mustBe("prepare", answer, "PREPARED");
        const { validUntil, venueTime } = answer.attempt;
        const now = trial.stand.venueTime();
        const isOurs = validUntil !== undefined && validUntil < now;
        must(!isOurs && (validUntil ?? now) <= addMs(now, validityMsMax), "a valid_until of the venue's clock", {
          validUntil,
          venueTimeNow: now,
        });
        const offMs = venueTime === undefined ? 0 : Math.abs(elapsedMs(venueTime, now));
        must(offMs <= clockErrorMsMax, "venueTime near the venue's clock", { offMs });
        mustBe("the outcome", await venue.submit(trial.account, answer.attempt, trial.signal), "ACCEPTED");
      },
    }),
  ),
  {
    id: "V-308",
    subject,
    title: "given an attempt that waits before it is sent, so submit neither changes nor stamps it anew",
    why:
      "What was made durable is what is sent. A submit that stamps the request again makes an attempt acceptable that core " +
      "already counts as dead.",
    run: async (trial) => {
      const attempt = await trial.prepare();
      const before = { ...attempt, payload: [...attempt.payload] };
      await trial.stand.advance(500);
      await trial.venue.submit(trial.account, attempt, trial.signal);
      mustEqual("the attempt after submit", { ...attempt, payload: [...attempt.payload] }, before);
    },
  },
  {
    id: "V-309",
    subject,
    title: "given an attempt that was prepared by one opening of the library, so another one can send it",
    why: "Everything that is sent stands in the payload; nothing of it in the library's memory.",
    run: async (trial) => {
      const attempt = await trial.prepare();
      const { venue } = await trial.load();
      mustBe("the outcome", await venue.submit(trial.account, attempt, trial.signal), "ACCEPTED");
      const accepted = await trial.accepted();
      mustEqual("orders accepted", accepted.length, 1);
    },
  },
  {
    id: "V-310",
    subject,
    title: "given an instrument that is not traded there, so prepare fails for good, and nothing is sent",
    why: "Another try would meet the same answer. INVALID_SYMBOL says so.",
    run: async (trial) => {
      const { size } = trial.request().instruction;
      const wanted = { instrument: instrumentId("NOSUCH/THING"), size };
      const answer = await trial.venue.prepare(trial.request(wanted), trial.signal);
      mustBeFatal(answer);
      mustEqual("requests to SUBMIT", await trial.requests("SUBMIT"), 0);
    },
  },
  {
    id: "V-311",
    subject,
    title:
      "given a counterpart that can't be reached, so prepare answers; if it fails, then so that another try may help",
    why: "prepare never leaves a doubt: nothing was sent. It must not throw for what networks do.",
    run: async (trial) => {
      for (const kind of brokenConnections.filter((each) => trial.can(each))) {
        for (const on of ["PRICES", "OTHER", "INSTRUMENTS"] as const) await trial.inject(kind, on, { times: 20 });
        const ended = await trial.settled(trial.venue.prepare(trial.request(), trial.signal));
        must(ended.status === "fulfilled", `with ${kind}: an answer`, ended);
        const { value } = ended;
        const isRetryable = value.kind === "PREPARED" || retryClass(value.error.code) === "retryable";
        must(isRetryable, `with ${kind}: PREPARED, or FAILED with a code that a retry can help`, value);
        await trial.stand.calm();
      }
    },
  },
  {
    id: "V-312",
    subject,
    title: "given a quoted price, so it is the side's own: the ask for a BUY, the bid for a SELL",
    why: "Slippage is counted from it; of the wrong side, each order looks a spread better than it is.",
    run: async (trial) => {
      for (const side of ["BUY", "SELL"] as const) {
        const { quotedPrice } = await trial.prepare({ side });
        const { bid, ask } = trial.market;
        if (quotedPrice !== undefined)
          mustEqual(`the price quoted to ${side}`, quotedPrice, side === "BUY" ? ask : bid);
      }
    },
  },
  {
    id: "V-313",
    subject,
    title: "given up before it began, so prepare still answers, and nothing is sent",
    why: "A call whose time is over when it starts is not a bug: it answers FAILED, or what needs no request.",
    run: async (trial) => {
      const ended = await trial.settled(trial.venue.prepare(trial.request(), AbortSignal.abort()));
      must(ended.status === "fulfilled", "an answer", ended);
      mustEqual("requests to SUBMIT", await trial.requests("SUBMIT"), 0);
    },
  },
  {
    id: "V-314",
    subject,
    title:
      "given order types, times in force and sizes that are not claimed, so prepare refuses them before any request",
    why: "Claimed, it works (the cards of submit tell); not claimed, it is refused here, not by chance at the venue.",
    run: async (trial) => {
      for (const wanted of unclaimed(trial)) await mustFailBeforeAnything(trial, wanted);
    },
  },
];

/** One order for each thing that the manifest does not claim, in so far as the rest of it is claimed. */
function unclaimed({ claims, instrument, market }: Trial): readonly Wanted[] {
  const limitPrice = restingPrice(instrument, "BUY", market);
  const pricings: readonly Pricing[] = [
    { type: "MARKET", timeInForce: "IOC" },
    { type: "LIMIT", timeInForce: "GTC", limitPrice },
    { type: "LIMIT", timeInForce: "IOC", limitPrice },
    { type: "LIMIT", timeInForce: "FOK", limitPrice },
  ];
  return pricings
    .filter(({ type, timeInForce }) => !claims.orderTypes.includes(type) || !claims.timesInForce.includes(timeInForce))
    .map((pricing) => ({ pricing }));
}

/** @throws CardFailure unless prepare fails for good, before it asked the counterpart for anything. */
export async function mustFailBeforeAnything(trial: Trial, wanted: Wanted): Promise<void> {
  const before = await trial.allRequests();
  mustBeFatal(await trial.venue.prepare(trial.request(wanted), trial.signal));
  mustEqual("requests of any kind", await trial.allRequests(), before);
  mustEqual("the counterpart's log", await trial.stand.log(), []);
}

function mustBeFatal(answer: PrepareAnswer): void {
  mustBe("what prepare answers", answer, "FAILED");
  const { code } = answer.error;
  mustEqual("what a retry can do", `${code} is ${retryClass(code)}`, `${code} is fatal`);
}
