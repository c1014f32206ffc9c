import { type AccountId, type Log, type OrderError, orderError, quantity, type SubmitKey } from "@surefill/core";
import { refusalError } from "@surefill/venue-sim";
import {
  Exchange,
  type ExchangeEvent,
  type ExchangeLog,
  type OrderAccepted,
  type OrderRefused,
  openPriceSources,
} from "@surefill/venue-sim/exchange";
import type { Faults } from "../fault/faults.ts";
import { MachineClock } from "../time/machine-clock.ts";
import type { VirtualTime } from "../time/virtual-time.ts";
import { ForgottenOrders } from "./forgotten-orders.ts";
import { shallowPrices } from "./shallow-prices.ts";
import { isStrangers } from "./strangers-key.ts";
import type { LateRefusals } from "./unruly-venue.ts";
import type { VenueCharacter } from "./venue-character.ts";

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** How often an ended order is executed once more, how much then (multiples of every lot), and how soon. */
const surprise = { share: 0.04, quantities: ["0.1", "5"], withinMs: 3_000 } as const;
/** How often the venue cancels an order that rests, and how soon. */
const ownCancel = { share: 0.03, withinMs: 5_000 } as const;

/**
 * How often a forgetful venue forgets an order that rests, how soon, and for how long where it is not for ever: longer
 * than it takes to be believed. Some are left alone by their callers for as long.
 */
const forgetting = { share: 0.06, withinMs: 5_000, forEverShare: 0.5, msMin: 70_000, msMax: 110_000 } as const;
const leftAlone = { share: 0.75, ms: 100_000 } as const;
/** Of what a venue refuses after it has acknowledged it, what it says may be tried again. */
const busyShare = 0.4;

/** While a storm lasts, most calls fail by its kind. */
export type Storm = "NONE" | "server_error" | "too_many_requests";

interface MarketPlaceOptions {
  readonly character: VenueCharacter;
  readonly time: VirtualTime;
  readonly faults: Faults;
  /** Hears of everything that the exchange writes down, as it does. */
  readonly onEvent: (event: ExchangeEvent) => void;
  /** Whether it is on record that the venue has the order: of what it had and nobody knew of, nobody could tell. */
  readonly isAcknowledged: (submitKey: SubmitKey) => boolean;
  /** Hears of each order that the venue forgets. */
  readonly onForgotten: (submitKey: SubmitKey) => void;
}

/** One venue of a run: the exchange, whose log is the truth, and the weather around it. */
export class MarketPlace {
  readonly character: VenueCharacter;
  readonly exchange: Exchange;
  readonly clock: MachineClock;
  storm: Storm = "NONE";
  /** Orders that it refused and yet accepted, and until when it does not show them. */
  readonly hiddenUntilMs = new Map<SubmitKey, number>();
  readonly forgotten: ForgottenOrders;
  /** What it has refused since it acknowledged it. */
  readonly #lateRefusals = new Map<SubmitKey, OrderError>();

  readonly #onForgotten: (submitKey: SubmitKey) => void;

  private constructor({ character, time, onForgotten }: MarketPlaceOptions, exchange: Exchange, clock: MachineClock) {
    this.character = character;
    this.exchange = exchange;
    this.clock = clock;
    this.forgotten = new ForgottenOrders(() => time.nowMs);
    this.#onForgotten = onForgotten;
  }

  get lateRefusals(): LateRefusals {
    return this.#lateRefusals;
  }

  static async open(options: MarketPlaceOptions): Promise<MarketPlace> {
    const { character, time, faults, onEvent } = options;
    const exchangeLog: ExchangeLog = {
      append(event) {
        onEvent(event);
        if (event.type === "ORDER_REFUSED" && character.acknowledgesFirst) place.#refuseLate(event, faults);
        if (event.type === "ORDER_ACCEPTED" && !faults.isCalm && faults.happens(ownCancel.share)) {
          time.after(faults.between(1, ownCancel.withinMs), () => void place.#cancelByItself(event, faults));
        }
        if (character.forgets && mayBeForgotten(event) && !faults.isCalm && faults.happens(forgetting.share)) {
          time.after(faults.between(1, forgetting.withinMs), () => void place.#forget(event, options));
        }
        // Where an account's fills can't be asked for in bulk, nobody could learn of them.
        if (character.capabilities.bulkQueries && mayEnd(event) && !faults.isCalm && faults.happens(surprise.share)) {
          time.after(faults.between(1, surprise.withinMs), () => void place.#executeOnceMore(event, faults));
        }
      },
      close() {},
    };
    const clock = new MachineClock(time, faults.between(-300, 300));
    const sources = openPriceSources(character.settings);
    const prices = character.settings.depth === "tape" ? shallowPrices(sources) : sources;
    const exchange = await Exchange.open(character.settings, { clock, log: silentLog, exchangeLog, prices });
    const place = new MarketPlace(options, exchange, clock);
    return place;
  }

  /** Whether a request can be read and is valid is looked at before it is acknowledged, by every venue. */
  #refuseLate({ submitKey, reason, message }: OrderRefused, faults: Faults): void {
    const isBusy = reason === "REFUSED_BY_CHANCE" && faults.happens(busyShare);
    const error = isBusy ? orderError("VENUE_BUSY", message) : refusalError({ kind: "REFUSED", reason, message });
    if (submitKey === undefined || reason === "MALFORMED_REQUEST") return;
    if (error.code !== "ATTEMPT_EXPIRED" && error.code !== "ANSWER_LOST") this.#lateRefusals.set(submitKey, error);
  }

  async #executeOnceMore({ account, submitKey }: OfOrder, faults: Faults): Promise<void> {
    const answer = await this.exchange.order(account, submitKey);
    if (answer.kind === "NOT_FOUND" || answer.report.status === "OPEN" || faults.isCalm) return;
    faults.count(answer.report.status === "FILLED" ? "overfill" : "fill_after_end");
    this.exchange.executeUnasked(account, submitKey, quantity(faults.one(surprise.quantities)));
  }

  /** What is forgotten for ever has gone, and nobody is told; the other rests on, unseen. */
  async #forget({ account, submitKey }: OfOrder, { faults, time, isAcknowledged }: MarketPlaceOptions): Promise<void> {
    const answer = await this.exchange.order(account, submitKey);
    if (answer.kind === "NOT_FOUND" || answer.report.status !== "OPEN" || faults.isCalm) return;
    if (!isAcknowledged(submitKey)) return;
    const isGone = faults.happens(forgetting.forEverShare);
    faults.count(isGone ? "forgotten" : "forgotten_for_a_while");
    const untilMs = time.nowMs + faults.between(forgetting.msMin, forgetting.msMax);
    const leftAloneUntilMs = faults.happens(leftAlone.share) ? time.nowMs + leftAlone.ms : 0;
    this.forgotten.add(submitKey, { untilMs: isGone ? Number.POSITIVE_INFINITY : untilMs, isGone, leftAloneUntilMs });
    this.#onForgotten(submitKey);
    if (isGone) await this.exchange.cancel(account, submitKey);
  }

  async #cancelByItself({ account, submitKey }: OfOrder, faults: Faults): Promise<void> {
    if (faults.isCalm || this.forgotten.has(submitKey)) return;
    const answer = await this.exchange.cancel(account, submitKey);
    if (answer.kind === "CANCELLED") faults.count("cancelled_by_venue");
  }
}

interface OfOrder {
  readonly account: AccountId;
  readonly submitKey: SubmitKey;
}

function mayBeForgotten(event: ExchangeEvent): event is OrderAccepted {
  return event.type === "ORDER_ACCEPTED" && !isStrangers(event.submitKey);
}

function mayEnd(event: ExchangeEvent): event is Extract<ExchangeEvent, OfOrder & { readonly venueOrderId: string }> {
  return event.type === "ORDER_CANCELLED" || event.type === "ORDER_EXPIRED" || event.type === "FILL";
}
