import { compare, decimal, isPostOnly, minus, notional, type OrderSize, plus, type Side, times } from "@surefill/core";
import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { movedPrice, ordinaryQuantity, partOf, type Wanted } from "../terms.ts";
import type { PlacedOrder, Trial } from "../trial.ts";
import { needsResting } from "./instrument-cards.ts";
import { mustFailBeforeAnything } from "./prepare-cards.ts";

const subject = "submit";

/** Orders that the venue takes: what each kind does there, by the counterpart's own books. */
export const submitCards: readonly Card[] = [
  ...(["BUY", "SELL"] as const).map(
    (side, index): Card => ({
      id: index === 0 ? "V-401" : "V-402",
      subject,
      title: `given a market ${side}, so it is filled whole at the market; not claimed, it is refused before any request`,
      why: "The plainest order. A market order never carries a price: some venues take it for an amount of quote.",
      run: async (trial) => {
        const wanted: Wanted = { side, pricing: { type: "MARKET", timeInForce: "IOC" } };
        if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
        const order = await trial.place(wanted);
        mustEqual("its side in the log", order.accepted.side, side);
        await mustFillAt(trial, order, side === "BUY" ? trial.market.ask : trial.market.bid);
      },
    }),
  ),
  ...(["BUY", "SELL"] as const).map(
    (side, index): Card => ({
      id: index === 0 ? "V-403" : "V-404",
      subject,
      title: `given a limit ${side} away from the market, so it rests with its terms unchanged, digit for digit`,
      why: "Quantity and price are sent as they are: nothing rounded, nothing cut, no exponent, no float.",
      skipWhen: needsResting,
      run: async (trial) => {
        const wanted = trial.resting(side);
        const { accepted, reference, attempt } = await trial.place(wanted);
        const { size } = trial.request(wanted).instruction;
        const { pricing } = wanted;
        const limitPrice = pricing?.type === "LIMIT" ? pricing.limitPrice : undefined;
        const booked = { side: accepted.side, quantity: accepted.quantity, limitPrice: accepted.limitPrice };
        mustEqual("its terms in the log", booked, { side, quantity: size.in === "BASE" && size.quantity, limitPrice });
        await trial.found(reference, "OPEN");
        mustEqual("its fills", await trial.filled(accepted.venueOrderId), []);
        must(attempt.payload.length > 0, "a payload", attempt);
      },
    }),
  ),
  {
    id: "V-405",
    subject,
    title: "given a limit BUY above the market, so it is filled at its limit or better",
    why: "A marketable limit order is how slippage is bounded.",
    skipWhen: needsResting,
    run: async (trial) => {
      const limitPrice = movedPrice(trial.instrument, trial.market.ask, 1);
      const order = await trial.place({ pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice } });
      await trial.found(order.reference, "FILLED");
      const fills = await trial.filled(order.accepted.venueOrderId);
      must(
        fills.length > 0 && fills.every(({ price }) => compare(price, limitPrice) <= 0),
        `at most ${limitPrice}`,
        fills,
      );
    },
  },
  {
    id: "V-406",
    subject,
    title: "given a limit IOC away from the market, so it ends with nothing filled; not claimed, it is refused first",
    why: "Immediate or cancel: what is not filled at once is ended by the venue.",
    run: async (trial) => {
      const wanted = withTimeInForce(trial.resting("BUY"), "IOC");
      if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
      const { reference, accepted } = await trial.place(wanted);
      const { cumQuantity = "0" } = await trial.found(reference, "EXPIRED", "CANCELLED");
      mustEqual("its filled quantity", [cumQuantity, await trial.filled(accepted.venueOrderId)], ["0", []]);
    },
  },
  {
    id: "V-407",
    subject,
    title: "given a limit IOC for more than there is, so what there is is filled and the rest ends",
    why: "A partial execution is no refusal: its fills count.",
    needs: ["depth"],
    run: async (trial) => {
      const { wanted, whole, part } = await withScarceMarket(trial, "IOC");
      if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
      must(compare(part, whole) < 0, "less than the order asks for", part);
      const { reference, accepted } = await trial.place(wanted);
      const { cumQuantity } = await trial.found(reference, "EXPIRED", "CANCELLED");
      mustEqual("what it says was filled", cumQuantity, part);
      mustEqual("what the log says was filled", await filledQuantity(trial, accepted.venueOrderId), part);
    },
  },
  {
    id: "V-408",
    subject,
    title: "given a limit FOK for more than there is, so nothing of it is filled; not claimed, it is refused first",
    why: "Fill or kill: all or nothing. Venues refuse it, or take it and end it; neither leaves a fill.",
    needs: ["depth"],
    run: async (trial) => {
      const { wanted } = await withScarceMarket(trial, "FOK");
      if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
      const attempt = await trial.prepare(wanted);
      const outcome = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the outcome", outcome, "ACCEPTED", "REJECTED");
      if (outcome.kind === "ACCEPTED") {
        const accepted = await trial.bookedAs(attempt.submitKey);
        await trial.found(trial.reference(attempt, accepted), "EXPIRED", "CANCELLED", "REJECTED");
      }
      mustEqual("fills", await trial.filled(), []);
    },
  },
  {
    id: "V-409",
    subject,
    title: "given a limit FOK for what there is, so all of it is filled; not claimed, it is refused first",
    why: "The other half of all or nothing.",
    run: async (trial) => {
      const limitPrice = movedPrice(trial.instrument, trial.market.ask, 1);
      const wanted: Wanted = { pricing: { type: "LIMIT", timeInForce: "FOK", limitPrice } };
      if (!isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
      const order = await trial.place(wanted);
      await mustFillAt(trial, order, undefined);
    },
  },
  ...(["BUY", "SELL"] as const).map(
    (side, index): Card => ({
      id: index === 0 ? "V-410" : "V-411",
      subject,
      title: `given a market ${side} sized in quote, so it exchanges that amount, less than a lot short; not claimed, it is refused first`,
      why: "Spend 100 USDT: the venue decides the quantity. An amount taken for a quantity buys a hundred bitcoins.",
      run: async (trial) => {
        const amount = notional(trial.market.ask, ordinaryQuantity(trial.instrument, trial.market.bid, 5));
        const size: OrderSize = { in: "QUOTE", amount };
        const wanted: Wanted = { side, size, pricing: { type: "MARKET", timeInForce: "IOC" } };
        if (!trial.claims.quoteQuantity || !isClaimed(trial, wanted)) return mustFailBeforeAnything(trial, wanted);
        const { reference, accepted } = await trial.place(wanted);
        await trial.found(reference, "FILLED", "EXPIRED", "CANCELLED");
        const fills = await trial.filled(accepted.venueOrderId);
        const value = fills.reduce((sum, { price, quantity }) => plus(sum, notional(price, quantity)), decimal("0"));
        const lot = times(trial.market.ask, trial.instrument.lotSize);
        const isNear = compare(value, amount) <= 0 && compare(minus(amount, value), lot) <= 0;
        must(isNear, `an exchange for ${amount} or up to a lot (${lot}) less`, { value, fills });
      },
    }),
  ),
  {
    id: "V-412",
    subject,
    title: "given an order that the venue took, so the outcome names it by the id that the venue's books have",
    why: "The venue's id is what fills are known by, and what a look-up needs where keys are short-lived.",
    run: async (trial) => {
      const { outcome, accepted, attempt } = await trial.place();
      must(outcome.kind === "ACCEPTED", "ACCEPTED", outcome);
      mustEqual("its venueOrderId", outcome.venueOrderId ?? accepted.venueOrderId, accepted.venueOrderId);
      if (outcome.report === undefined) return;
      mustEqual("the key that its report names", outcome.report.submitKey, attempt.submitKey);
    },
  },
  {
    id: "V-413",
    subject,
    title: "given orders sent at the same time, so each is placed once, with its own id and terms",
    why: "Submissions of a venue account may run side by side. What a client library keeps of its last request is shared.",
    run: async (trial) => {
      const wanted = (["BUY", "SELL", "BUY"] as const).map((side): Wanted => ({ side }));
      const attempts = await Promise.all(wanted.map((each) => trial.prepare(each)));
      const outcomes = await Promise.all(
        attempts.map((attempt) => trial.venue.submit(trial.account, attempt, trial.signal)),
      );
      for (const outcome of outcomes) mustBe("each outcome", outcome, "ACCEPTED");
      const accepted = await trial.accepted();
      mustEqual("orders in the log", new Set(accepted.map(({ venueOrderId }) => venueOrderId)).size, 3);
      mustEqual("their sides", accepted.map(({ side }) => side).sort(), ["BUY", "BUY", "SELL"]);
    },
  },
  {
    id: "V-414",
    subject,
    title: "given an order of the second account, so it is the second account's",
    why: "The account decides whose credentials sign.",
    run: async (trial) => {
      const [, other] = trial.stand.accounts;
      const attempt = await trial.prepare({}, { account: other });
      mustBe("the outcome", await trial.venue.submit(other, attempt, trial.signal), "ACCEPTED");
      mustEqual(
        "whose it is",
        (await trial.accepted()).map(({ account }) => account),
        [other],
      );
    },
  },
  {
    id: "V-415",
    subject,
    title: "given an order of the second instrument, so it is placed there",
    why: "Symbols are translated both ways; a library tried on one instrument alone may have it built in.",
    run: async (trial) => {
      const [, second] = trial.stand.instruments;
      const size: OrderSize = { in: "BASE", quantity: ordinaryQuantity(second, trial.stand.market(second.symbol).bid) };
      const { accepted } = await trial.place({ instrument: second.symbol, size });
      mustEqual("where it is", [accepted.instrument, accepted.quantity], [second.symbol, size.quantity]);
    },
  },
  {
    id: "V-416",
    subject,
    title: "given up before it began, so the outcome is NOT_SENT and nothing reached the venue",
    why: "The one certainty there is: what never left can be tried again at once.",
    run: async (trial) => {
      const attempt = await trial.prepare();
      mustBe("the outcome", await trial.venue.submit(trial.account, attempt, AbortSignal.abort()), "NOT_SENT");
      mustEqual("requests to SUBMIT", await trial.requests("SUBMIT"), 0);
    },
  },
  {
    id: "V-417",
    subject,
    title: "given the same resting attempt a second time, so there is one order, and no answer says that there is none",
    why:
      "A duplicate key refused by the venue is evidence that the first one is there: UNKNOWN, for a look-up to end, never " +
      "REJECTED. Where submission is claimed idempotent, both are the same order.",
    skipWhen: (manifest) =>
      needsResting(manifest) ??
      (manifest.capabilities.clientOrderIds
        ? undefined
        : "orders there carry no key of ours, so nothing tells them apart"),
    run: async (trial) => {
      const attempt = await trial.prepare(trial.resting());
      mustBe("the first outcome", await trial.venue.submit(trial.account, attempt, trial.signal), "ACCEPTED");
      const again = await trial.venue.submit(trial.account, attempt, trial.signal);
      mustBe("the second outcome", again, "ACCEPTED", "UNKNOWN");
      mustEqual("orders in the log", (await trial.accepted()).length, 1);
    },
  },
];

/** Whether the manifest claims the order's type and time in force. */
export function isClaimed({ claims }: Trial, { pricing }: Wanted): boolean {
  if (pricing === undefined) return true;
  if (isPostOnly(pricing) && !claims.postOnly) return false;
  return claims.orderTypes.includes(pricing.type) && claims.timesInForce.includes(pricing.timeInForce);
}

/** What the log says was filled of an order. */
export async function filledQuantity(trial: Trial, order: PlacedOrder["accepted"]["venueOrderId"]): Promise<string> {
  return (await trial.filled(order)).reduce((sum, { quantity }) => plus(sum, quantity), decimal("0"));
}

async function mustFillAt(trial: Trial, order: PlacedOrder, price: string | undefined): Promise<void> {
  const { cumQuantity } = await trial.found(order.reference, "FILLED");
  const filled = await filledQuantity(trial, order.accepted.venueOrderId);
  mustEqual("what the log says was filled", filled, order.accepted.quantity);
  if (cumQuantity !== undefined) mustEqual("what it says was filled", cumQuantity, filled);
  const fills = await trial.filled(order.accepted.venueOrderId);
  if (price !== undefined) mustEqual("at", [...new Set(fills.map((fill) => fill.price))], [price]);
  mustEqual("orders in the log", (await trial.accepted()).length, 1);
}

function withTimeInForce(wanted: Wanted, timeInForce: "IOC" | "FOK"): Wanted {
  const { pricing } = wanted;
  return pricing?.type === "LIMIT" ? { ...wanted, pricing: { ...pricing, timeInForce } } : wanted;
}

/** A market that has a third of what the order asks for, and the order. */
async function withScarceMarket(trial: Trial, timeInForce: "IOC" | "FOK") {
  const { instrument, market } = trial;
  const whole = ordinaryQuantity(instrument, market.bid, 6);
  const part = partOf(whole, instrument);
  await trial.stand.setPrice(instrument.symbol, { ...market, bidQuantity: part, askQuantity: part });
  const wanted: Wanted = {
    side: "BUY" satisfies Side,
    size: { in: "BASE", quantity: whole },
    pricing: { type: "LIMIT", timeInForce, limitPrice: market.ask },
  };
  return { wanted, whole, part };
}
