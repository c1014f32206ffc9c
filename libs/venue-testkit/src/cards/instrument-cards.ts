import {
  compare,
  decimal,
  elapsedMs,
  instrumentId,
  minus,
  notional,
  plus,
  sign,
  times,
  zeroAmount,
} from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustEqual } from "../check.ts";
import { movedPrice } from "../terms.ts";
import type { Trial } from "../trial.ts";
import { mustBeExact } from "./exact.ts";
import { failingReadCards } from "./failing-reads.ts";

const subject = "instruments, prices, balances";
const unlisted = instrumentId("NOSUCH/THING");
/** A venue's time, as told with a price, may be as old as the message that it came with. */
const priceAgeMsMax = 5_000;

/** What can be traded, for how much, with what. */
export const instrumentCards: readonly Card[] = [
  {
    id: "V-201",
    subject,
    title: "given the instruments, so those of the counterpart are there with its rules, digit for digit",
    why:
      "Every order is checked and rounded by these. Take tick, lot, least and largest quantity and least value from the " +
      "venue's own texts; a step that was a float is wrong in its last digit.",
    run: async (trial) => {
      const listed = await trial.venue.instruments(trial.signal);
      for (const instrument of trial.stand.instruments) {
        const found = listed.find(({ symbol }) => symbol === instrument.symbol);
        mustEqual(`the instrument ${instrument.symbol}`, found, instrument);
      }
    },
  },
  {
    id: "V-202",
    subject,
    title: "given the instruments, so each is there once, and its rules make sense",
    why: "A least quantity above the largest, or a negative step, refuses every order of the instrument.",
    run: async (trial) => {
      const listed = await trial.venue.instruments(trial.signal);
      mustEqual("symbols, each once", new Set(listed.map(({ symbol }) => symbol)).size, listed.length);
      for (const { symbol, tickSize, lotSize, quantityMin, quantityMax, notionalMin } of listed) {
        const rules = { tickSize, lotSize, quantityMin, quantityMax, notionalMin };
        for (const [rule, value] of Object.entries(rules)) mustBeExact(`${symbol}'s ${rule}`, value);
        const isSound = compare(quantityMin, quantityMax) <= 0 && [tickSize, lotSize].every((step) => sign(step) >= 0);
        must(isSound && sign(quantityMax) > 0 && sign(notionalMin) >= 0, `rules of ${symbol} that make sense`, rules);
      }
    },
  },
  {
    id: "V-203",
    subject,
    title: "given prices of several instruments, so one call answers them all, digit for digit",
    why: "Collars, sizes and slippage are counted from these. A price that went through a float moves limits off their tick.",
    run: async (trial) => {
      const symbols = trial.stand.instruments.map(({ symbol }) => symbol);
      const prices = await trial.venue.prices(symbols, trial.signal);
      for (const symbol of symbols) {
        const { bid, ask } = trial.stand.market(symbol);
        const told = prices.get(symbol);
        mustEqual(`bid and ask of ${symbol}`, told && { bid: told.bid, ask: told.ask }, { bid, ask });
        mustBeExact(`the bid of ${symbol}`, told?.bid);
        mustBeExact(`the ask of ${symbol}`, told?.ask);
      }
    },
  },
  {
    id: "V-204",
    subject,
    title: "given prices, so their time is the venue's, in microseconds",
    why: "An old price must be seen to be old, on the venue's clock: seconds taken for microseconds make every price ancient.",
    run: async (trial) => {
      const prices = await trial.venue.prices([trial.instrument.symbol], trial.signal);
      const at = prices.get(trial.instrument.symbol)?.at;
      const offMs = at === undefined ? undefined : Math.abs(elapsedMs(at, trial.stand.venueTime()));
      must(offMs !== undefined && offMs <= priceAgeMsMax, `a time within ${priceAgeMsMax} ms of the venue's`, {
        offMs,
      });
    },
  },
  {
    id: "V-205",
    subject,
    title: "given an instrument that is not traded among those asked for, so it is left out and the others are there",
    why: "One delisted instrument must not leave all the others without a price.",
    run: async (trial) => {
      const prices = await trial.venue.prices([unlisted, trial.instrument.symbol], trial.signal);
      mustEqual("instruments with a price", [...prices.keys()], [trial.instrument.symbol]);
    },
  },
  {
    id: "V-206",
    subject,
    title: "given no instruments, so there are no prices and no failure",
    why: "Some venues take an empty list for all of them; don't ask with one.",
    run: async (trial) => mustEqual("prices", (await trial.venue.prices([], trial.signal)).size, 0),
  },
  {
    id: "V-207",
    subject,
    title: "given a market that moves, so the next price is the new one",
    why: "A price that is kept longer than the call it was asked for is a price of the past.",
    needs: ["setPrice"],
    run: async (trial) => {
      const { symbol } = trial.instrument;
      await trial.venue.prices([symbol], trial.signal);
      const bid = movedPrice(trial.instrument, trial.market.bid, 1);
      const ask = movedPrice(trial.instrument, trial.market.ask, 1.5);
      await trial.stand.setPrice(symbol, { bid, ask });
      await trial.until(`bid ${bid} and ask ${ask}`, async () => {
        const told = (await trial.venue.prices([symbol], trial.signal)).get(symbol);
        return (told?.bid === bid && told.ask === ask) || undefined;
      });
    },
  },
  {
    id: "V-208",
    subject,
    title: "given balances, so base and quote are there as exact decimals",
    why: "Sizes follow from balances. Take the free balance, as text.",
    run: async (trial) => {
      const balances = await trial.venue.balances(trial.account, trial.signal);
      for (const asset of [trial.instrument.base, trial.instrument.quote]) {
        mustBeExact(`the balance of ${asset}`, balances.get(asset));
        must(sign(balances.get(asset) ?? zeroAmount) > 0, `free ${asset}, as the stand gives to begin with`, balances);
      }
    },
  },
  {
    id: "V-209",
    subject,
    title: "given an order that was filled, so the free balances moved by exactly what it exchanged, fees included",
    why: "What an account can spend next depends on it, to the last digit.",
    run: async (trial) => {
      const { base, quote } = trial.instrument;
      const before = await trial.venue.balances(trial.account, trial.signal);
      const { reference, accepted } = await trial.place({ side: "BUY" });
      await trial.found(reference, "FILLED");
      const after = await trial.venue.balances(trial.account, trial.signal);
      const fills = await trial.filled(accepted.venueOrderId);
      const moved = (asset: string) => minus(after.get(asset) ?? zeroAmount, before.get(asset) ?? zeroAmount);
      const fees = (asset: string) =>
        fills.reduce((sum, { fee }) => (fee?.asset === asset ? plus(sum, fee.amount) : sum), decimal("0"));
      const bought = fills.reduce((sum, { quantity }) => plus(sum, quantity), decimal("0"));
      const paid = fills.reduce((sum, { price, quantity }) => plus(sum, notional(price, quantity)), decimal("0"));
      mustEqual(`the change of ${base}`, moved(base), minus(bought, fees(base)));
      mustEqual(`the change of ${quote}`, moved(quote), minus(times(paid, decimal("-1")), fees(quote)));
    },
  },
  {
    id: "V-210",
    subject,
    title: "given an order that rests, so what it holds back is not free, and free again once it is cancelled",
    why: "Venues list what is free and what is held; orders are refused by what is free.",
    skipWhen: needsResting,
    run: async (trial) => {
      const { quote } = trial.instrument;
      const free = async () => (await trial.venue.balances(trial.account, trial.signal)).get(quote) ?? zeroAmount;
      const before = await free();
      const { reference } = await trial.place(trial.resting("BUY"));
      const during = await free();
      must(compare(during, before) < 0, `less free ${quote} than ${before}`, during);
      await trial.venue.cancel(reference, trial.signal);
      await trial.until(`${before} ${quote} free again`, async () => (await free()) === before || undefined);
    },
  },
  {
    id: "V-211",
    subject,
    title: "given an order of one account, so the balances of the other one stay",
    why: "Each account has its own credentials; a library that mixes them up trades with somebody else's money.",
    run: async (trial) => {
      const [, other] = trial.stand.accounts;
      const before = await trial.venue.balances(other, trial.signal);
      await trial.found((await trial.place()).reference, "FILLED");
      mustEqual("the other account's balances", await trial.venue.balances(other, trial.signal), before);
    },
  },
  ...failingReadCards(
    {
      ...{ subject, name: "instruments", on: "INSTRUMENTS", mayKnow: true },
      ask: ({ venue }, signal) => venue.instruments(signal),
    },
    { broken: "V-221", connection: "V-222" },
  ),
  ...failingReadCards(
    {
      ...{ subject, name: "prices", on: "PRICES", mayKnow: true },
      ask: ({ venue, instrument }, signal) => venue.prices([instrument.symbol], signal),
    },
    { broken: "V-226", connection: "V-227" },
  ),
  ...failingReadCards(
    {
      ...{ subject, name: "balances", on: "BALANCES" },
      ask: ({ venue, account }, signal) => venue.balances(account, signal),
    },
    { broken: "V-231", connection: "V-232", givenUp: "V-233", rateLimited: "V-234", unauthorized: "V-235" },
  ),
];

/** Most cards about open orders need one that rests. */
export function needsResting({ capabilities }: Trial["manifest"]): string | undefined {
  const { orderTypes, timesInForce } = capabilities;
  return orderTypes.includes("LIMIT") && timesInForce.includes("GTC") ? undefined : "no order of this venue rests";
}
