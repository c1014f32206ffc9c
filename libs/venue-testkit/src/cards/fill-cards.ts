import { addMs, elapsedMs, type FillPage, type ReportedFill, type Venue, type WallTime } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustEqual } from "../check.ts";
import type { Trial } from "../trial.ts";
import { mustBeExact } from "./exact.ts";
import { failingReadCards } from "./failing-reads.ts";
import { fillsOf, mustMatchFills } from "./fill-matching.ts";
import { needsPartialFills, partlyFilled } from "./lookup-cards.ts";

const subject = "fills and fees";
const pagesMax = 50;
/** Before anything that a card does. */
const lookBackMs = 60_000;

/** Executions as the venue lists them: what positions are made of. */
export const fillCards: readonly Card[] = [
  {
    id: "V-1101",
    subject,
    title: "given orders that were filled, so fillsSince tells each fill once, digit for digit",
    why: "Positions are sums of these. One dropped or doubled is money that nobody knows of.",
    run: async (trial) => {
      await trade(trial, 3);
      mustMatchFills(fillsOf(await everyFill(trial, 100)), await trial.filled());
    },
  },
  {
    id: "V-1102",
    subject,
    title: "given pages of one fill, so they go on where the last one ended, none left out and none twice",
    why: "A cursor by time alone loses or repeats what shares a millisecond. Page by the venue's own sequence where it has one.",
    run: async (trial) => {
      await trade(trial, 4);
      mustMatchFills(fillsOf(await everyFill(trial, 1)), await trial.filled());
    },
  },
  {
    id: "V-1103",
    subject,
    title: "given a page that was empty, so its next goes on with the fills that come later",
    why: "A tracker asks on and on; most answers are empty.",
    run: async (trial) => {
      const empty = await fillsSince(trial, since(trial), 10);
      mustEqual("fills before there is any", empty.fills, []);
      await trade(trial, 2);
      const told = await everyFill(trial, 10, empty.next);
      mustMatchFills(fillsOf(told), await trial.filled());
    },
  },
  {
    id: "V-1104",
    subject,
    title: "given a fill, so it says whose it is: by the submit key, or by the instrument beside the venue's id",
    why: "A fill without instrument or key can be assigned to nothing.",
    run: async (trial) => {
      const placed = await trade(trial, 1);
      const [told] = await everyFill(trial, 10);
      must(told !== undefined, "a fill", "there is none");
      must(told.submitKey !== undefined || told.instrument !== undefined, "submitKey or instrument", told);
      const names = [told.submitKey ?? placed[0]?.attempt.submitKey, told.instrument ?? trial.instrument.symbol];
      mustEqual("what it names", names, [placed[0]?.attempt.submitKey, trial.instrument.symbol]);
    },
  },
  {
    id: "V-1105",
    subject,
    title: "given the fills read again, also after a restart, so they have the same ids",
    why: "A fill is known by its id. One made up at each reading counts the same execution twice.",
    run: async (trial) => {
      await trade(trial, 2);
      const ids = (fills: readonly ReportedFill[]) => fills.map(({ fill }) => fill.venueFillId);
      const first = ids(await everyFill(trial, 10));
      const { venue } = await trial.load();
      mustEqual("the fills' ids", ids(await everyFill(trial, 10, since(trial), venue)), first);
      mustEqual("ids of their own", new Set(first).size, first.length);
    },
  },
  {
    id: "V-1106",
    subject,
    title: "given a fee, so its asset and amount are those of the books, whatever asset it was taken in",
    why: "A buyer's fee is often taken in base: the position is smaller than what was bought. A rebate is negative.",
    run: async (trial) => {
      await trade(trial, 1);
      const booked = (await trial.filled()).map(({ venueFillId, fee }) => [venueFillId, fee ?? null]);
      const told = (await everyFill(trial, 10)).map(({ fill }) => [fill.venueFillId, fill.fee ?? null]);
      mustEqual("the fees", told.sort(), booked.sort());
    },
  },
  {
    id: "V-1107",
    subject,
    title: "given fills, so quantities, prices and fees are decimals in texts",
    why: "0.1 as a float is not 0.1. Read the venue's JSON so that its digits stay.",
    run: async (trial) => {
      await trade(trial, 1);
      for (const { fill } of await everyFill(trial, 10)) {
        mustBeExact("lastQuantity", fill.lastQuantity);
        mustBeExact("lastPrice", fill.lastPrice);
        if (fill.fee !== undefined) mustBeExact("the fee", fill.fee.amount);
      }
    },
  },
  {
    id: "V-1108",
    subject,
    title: "given fills, so their time is the venue's, in microseconds",
    why: "Fills are ordered and reported by it.",
    run: async (trial) => {
      await trade(trial, 1);
      const at = new Map((await trial.filled()).map((event) => [event.venueFillId, event.at]));
      for (const { fill } of await everyFill(trial, 10)) {
        const booked = at.get(fill.venueFillId);
        const offMs = booked === undefined ? undefined : Math.abs(elapsedMs(booked, fill.venueTime));
        must(offMs !== undefined && offMs <= 1_000, "the time in the books, to the second", { offMs, fill });
      }
    },
  },
  {
    id: "V-1109",
    subject,
    title: "given a time to begin at, so nothing before it is told and everything after it is",
    why: "After a long pause reading begins at the oldest order, not at the beginning of all trading.",
    run: async (trial) => {
      await trade(trial, 1);
      await trial.stand.advance(2_000);
      const from = trial.stand.venueTime();
      await trial.stand.advance(50);
      const [placed] = await trade(trial, 1);
      const told = await everyFill(trial, 10, from);
      const orders = [...new Set(told.map(({ fill }) => fill.venueOrderId))];
      mustEqual("orders with a fill after that", orders, [placed?.accepted.venueOrderId]);
    },
  },
  {
    id: "V-1110",
    subject,
    title: "given fills of two instruments, so one reading tells both",
    why: "The list is of the whole account, after a restart too. Where the venue lists by symbol, ask for each.",
    run: async (trial) => {
      const [first, second] = trial.stand.instruments;
      for (const { symbol } of [first, second]) {
        await trial.found((await trial.place({ instrument: symbol })).reference, "FILLED");
      }
      const { venue } = await trial.load();
      mustMatchFills(fillsOf(await everyFill(trial, 10, since(trial), venue)), await trial.filled());
    },
  },
  {
    id: "V-1111",
    subject,
    title: "given fills of one account, so the other one has none",
    why: "Each account has its own executions.",
    run: async (trial) => {
      await trade(trial, 1);
      const [, other] = trial.stand.accounts;
      const page = await trial.venue.fillsSince(other, since(trial), 10, trial.signal);
      mustEqual("the other's fills", page.fills, []);
    },
  },
  {
    id: "V-1112",
    subject,
    title: "given an order filled in parts, so each part is a fill of its own, and their sum is what was filled",
    why: "cum is the sum of distinct fills; parts told as one grow from poll to poll and count twice.",
    needs: ["fill"],
    skipWhen: needsPartialFills,
    run: async (trial) => {
      const { accepted, part } = await partlyFilled(trial);
      await trial.stand.fill(accepted.venueOrderId, part);
      const told = await trial.until("two fills", async () => {
        const fills = await everyFill(trial, 10);
        return fills.length >= 2 ? fills : undefined;
      });
      mustMatchFills(fillsOf(told), await trial.filled(accepted.venueOrderId));
    },
  },
  {
    id: "V-1113",
    subject,
    title: "given a cursor that nobody gave, so it is refused, or everything is read; nothing is left out",
    why: "Cursors are stored for years. One that the library can't read must not skip a fill in silence.",
    run: async (trial) => {
      await trade(trial, 1);
      const ended = await trial.settled(fillsSince(trial, "no cursor of this venue", 10));
      if (ended.status === "fulfilled") mustMatchFills(fillsOf(ended.value.fills), await trial.filled());
    },
  },
  {
    id: "V-1114",
    subject,
    title: "given a limit, so no page has more fills than it",
    why: "Everything is bounded, pages too.",
    run: async (trial) => {
      await trade(trial, 3);
      const page = await fillsSince(trial, since(trial), 2);
      must(page.fills.length <= 2, "at most 2 fills", page);
    },
  },
  ...failingReadCards(
    {
      ...{ subject, name: "fills", on: "FILLS" },
      ask: (trial, signal) => trial.venue.fillsSince(trial.account, since(trial), 10, signal),
    },
    { broken: "V-1121", connection: "V-1122", givenUp: "V-1123", rateLimited: "V-1124", unauthorized: "V-1125" },
  ),
];

function since(trial: Trial): WallTime {
  return addMs(trial.stand.venueTime(), -lookBackMs);
}

function fillsSince(
  trial: Trial,
  after: string | WallTime,
  limit: number,
  venue: Venue = trial.venue,
): Promise<FillPage> {
  return venue.fillsSince(trial.account, after, limit, trial.signal);
}

/** Places orders that are filled at once, and waits until they are. */
async function trade(trial: Trial, count: number) {
  const placed = [];
  for (let order = 0; order < count; order += 1) {
    const one = await trial.place({ side: order % 2 === 0 ? "BUY" : "SELL" });
    await trial.found(one.reference, "FILLED");
    placed.push(one);
  }
  return placed;
}

/** Pages until one is empty. */
async function everyFill(
  trial: Trial,
  limit: number,
  after: string | WallTime = since(trial),
  venue: Venue = trial.venue,
): Promise<readonly ReportedFill[]> {
  const told: ReportedFill[] = [];
  let next = after;
  let emptyPages = 0;
  for (let page = 0; page < pagesMax && emptyPages < 2; page += 1) {
    const { fills, next: following } = await fillsSince(trial, next, limit, venue);
    told.push(...fills);
    emptyPages = fills.length === 0 ? emptyPages + 1 : 0;
    next = following;
  }
  return told;
}
