import type { Card } from "../card.ts";
import { must, mustEqual } from "../check.ts";
import type { Trial } from "../trial.ts";
import { placeForeign } from "./cancel-all-cards.ts";
import { failingReadCards } from "./failing-reads.ts";
import { needsResting } from "./instrument-cards.ts";
import { needsPartialFills, partlyFilled } from "./lookup-cards.ts";

const subject = "open orders";
/** Enough for a list that is cut somewhere, few enough to be placed in a moment. */
const many = 25;

/** The list of what is open: what a halt goes by, and what orders are missed by. */
export const openOrderCards: readonly Card[] = [
  {
    id: "V-1001",
    subject,
    title: "given an account without orders, so its open orders are an empty list",
    why: "None is an answer.",
    run: async (trial) => mustEqual("open orders", await open(trial), []),
  },
  {
    id: "V-1002",
    subject,
    title: "given orders that rest, so each is listed OPEN with key, venue id and instrument",
    why: "The list is compared with ours, order by order; what it does not name can't be missed.",
    skipWhen: needsResting,
    run: async (trial) => {
      const placed = [await trial.place(trial.resting("BUY")), await trial.place(trial.resting("SELL"))];
      const names = (await open(trial)).map(({ submitKey, venueOrderId, instrument, evidence }) => [
        ...[trial.claims.clientOrderIds ? submitKey : "", venueOrderId, instrument, evidence.kind],
      ]);
      const expected = placed.map(({ attempt, accepted }) => [
        ...[trial.claims.clientOrderIds ? attempt.submitKey : "", accepted.venueOrderId, accepted.instrument, "OPEN"],
      ]);
      mustEqual("the orders listed", names.sort(), expected.sort());
    },
  },
  {
    id: "V-1003",
    subject,
    title: "given an order that somebody else placed, so it is listed with its instrument",
    why: "CancelAll promises that nothing is left, whoever placed it.",
    needs: ["placeForeign"],
    run: async (trial) => {
      const venueOrderId = await placeForeign(trial);
      const listed = (await open(trial)).map((report) => [report.venueOrderId, report.instrument]);
      mustEqual("the orders listed", listed, [[venueOrderId, trial.instrument.symbol]]);
    },
  },
  {
    id: "V-1004",
    subject,
    title: "given orders that were filled or cancelled, so they are not listed any more",
    why: "An order that stays listed holds a halt up for ever.",
    skipWhen: needsResting,
    run: async (trial) => {
      await trial.found((await trial.place()).reference, "FILLED");
      const { reference } = await trial.place(trial.resting());
      await trial.venue.cancel(reference, trial.signal);
      await trial.found(reference, "CANCELLED");
      mustEqual("open orders", await open(trial), []);
    },
  },
  {
    id: "V-1005",
    subject,
    title: "given an order filled in part, so it is listed with the quantity that was filled",
    why: "The venue's own count tells whether fills are missing.",
    needs: ["fill"],
    skipWhen: needsPartialFills,
    run: async (trial) => {
      const { part } = await partlyFilled(trial);
      await trial.until(`one open order with ${part} filled`, async () => {
        const [report, ...more] = await open(trial);
        return (more.length === 0 && report?.cumQuantity === part) || undefined;
      });
    },
  },
  {
    id: "V-1006",
    subject,
    title: "given open orders of two instruments, so one call lists both",
    why: "The list is of the whole account: a library that remembers which symbols it traded forgets after a restart.",
    skipWhen: needsResting,
    run: async (trial) => {
      const [first, second] = trial.stand.instruments;
      await trial.place(trial.resting("BUY", first));
      await trial.place(trial.resting("BUY", second));
      const { venue } = await trial.load();
      const listed = await venue.openOrders(trial.account, trial.signal);
      mustEqual(
        "their instruments",
        listed.map(({ instrument }) => instrument).sort(),
        [first.symbol, second.symbol].sort(),
      );
    },
  },
  {
    id: "V-1007",
    subject,
    title: "given an open order of one account, so the other one's list is empty",
    why: "Each account has its own list.",
    skipWhen: needsResting,
    run: async (trial) => {
      await trial.place(trial.resting());
      const [, other] = trial.stand.accounts;
      mustEqual("the other's open orders", await trial.venue.openOrders(other, trial.signal), []);
    },
  },
  {
    id: "V-1008",
    subject,
    title: `given ${many} open orders, so all of them are listed`,
    why: "A list that may lack some is no list: an order that is not on it is believed gone. Read every page, or throw.",
    skipWhen: needsResting,
    run: async (trial) => {
      const keys: string[] = [];
      for (let count = 0; count < many; count += 1) {
        keys.push((await trial.place(trial.resting())).accepted.venueOrderId);
      }
      const listed = (await open(trial)).map(({ venueOrderId }) => venueOrderId);
      must(
        listed.every((id) => id !== undefined),
        "the venue's ids",
        listed,
      );
      mustEqual("the orders listed", listed.sort(), keys.sort());
    },
  },
  ...failingReadCards(
    {
      ...{ subject, name: "open orders", on: "OPEN_ORDERS" },
      ask: ({ venue, account }, signal) => venue.openOrders(account, signal),
    },
    { broken: "V-1021", connection: "V-1022", givenUp: "V-1023", rateLimited: "V-1024", unauthorized: "V-1025" },
  ),
];

function open(trial: Trial) {
  return trial.venue.openOrders(trial.account, trial.signal);
}
