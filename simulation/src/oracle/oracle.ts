import { isDeepStrictEqual } from "node:util";
import {
  type AccountId,
  applyEvent,
  type CancelAllCampaign,
  type CancelAllPart,
  isTerminal,
  type Order,
  type OrderChange,
  type OrderEventRecord,
  type OrderId,
  type ScopedTradingState,
  type VenueId,
  venueAccountKey,
} from "@surefill/core";
import type { ExchangeEvent } from "@surefill/venue-sim/exchange";
import { isPoisonous } from "../scenario/poison.ts";
import { requestIn } from "../venue/request-in.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { AttemptCheck } from "./attempt-check.ts";
import { CampaignWatch } from "./campaign-watch.ts";
import { disagreement } from "./disagreement.ts";
import { FillCheck } from "./fill-check.ts";
import { HaltWatch } from "./halt-watch.ts";
import { attemptLine, historyOf } from "./history.ts";
import type { Invariant, Violation } from "./invariant.ts";
import type { OracleView } from "./oracle-view.ts";
import { PositionBook } from "./position-book.ts";
import { Progress } from "./progress.ts";
import { ReductionWatch } from "./reduction-watch.ts";
import { isTransitionRecord } from "./transition-record.ts";
import { isTaken, VenueBook } from "./venue-book.ts";

/**
 * Holds everything that becomes durable, and everything that leaves, against the venues' own logs; each subject has a
 * file of its own. It stops at the first violation: what follows from one says little.
 */
export class Oracle {
  readonly book = new VenueBook();
  readonly progress = new Progress();
  readonly acknowledgements: Acknowledgements;
  readonly halts: HaltWatch;
  readonly campaigns: CampaignWatch;
  readonly reductions: ReductionWatch;
  readonly #view: OracleView;
  readonly #orders = new Map<OrderId, Order>();
  readonly #positions = new PositionBook(this.book);
  readonly #fills: FillCheck;
  readonly #attempts: AttemptCheck;
  #violation: Violation | undefined;

  constructor(view: OracleView) {
    this.#view = view;
    const breaks = (invariant: Invariant, text: string) => this.break(invariant, text);
    this.acknowledgements = new Acknowledgements(view, breaks);
    this.halts = new HaltWatch(this.#positions, breaks);
    this.campaigns = new CampaignWatch(view, this.book, breaks, (orderId) => this.#isBeyondUs(orderId));
    this.reductions = new ReductionWatch(view, breaks);
    this.#fills = new FillCheck(view, this.book, breaks);
    this.#attempts = new AttemptCheck(view, this.book, breaks);
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  break(invariant: Invariant, text: string): void {
    this.#violation ??= { invariant, text, atMs: this.#view.nowMs() };
  }

  /** What is stored and what the wire knows of the order that `text` names: the evidence beside a violation. */
  historyFor(text: string): readonly string[] {
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}|sim_[0-9a-f]{32}/.exec(text)?.[0] ?? "";
    const order = [...this.#view.tables.orders.values()].find(
      ({ orderId }) => orderId === id || `sim_${orderId.replaceAll("-", "")}` === id,
    );
    if (order === undefined) return [];
    return [...historyOf(order, this.#view.tables), ...this.book.attemptsOf(order.orderId).map(attemptLine)];
  }

  /** An exchange wrote something down. */
  venueEvent(venue: VenueId, event: ExchangeEvent): void {
    const orderId = this.book.record(event, venue);
    if (orderId === undefined || event.type !== "ORDER_ACCEPTED") return;
    const order = this.#orders.get(orderId);
    const attempt = this.book.attempt(event.submitKey);
    if (order === undefined || attempt === undefined) return;
    this.halts.taken(order, attempt);
    this.campaigns.taken(order, attempt);
    this.#attempts.taken(order);
  }

  /** Bytes leave a process. */
  sent(venue: VenueId, payload: Uint8Array): void {
    this.#attempts.sent(venue, payload);
  }

  /** A request about an account leaves a process. */
  asked(venue: VenueId, account: AccountId): void {
    this.#attempts.asked(venue, account);
  }

  turnedAway(payload: Uint8Array): void {
    this.book.turnedAway(requestIn(payload).submitKey);
  }

  lied(payload: Uint8Array): void {
    this.book.lied(requestIn(payload).submitKey);
  }

  /** A change became durable, by the process called `owner`. */
  committed(owner: string, change: OrderChange): void {
    const { order } = change;
    const before = this.#orders.get(order.orderId);
    const isEnd = isTerminal(order) && (before === undefined || !isTerminal(before));
    this.#checkReplay(before, change);
    this.#orders.set(order.orderId, order);
    this.#fills.committed(change);
    this.#positions.committed(order, isEnd, this.#fills.countOf(order.orderId));
    this.#attempts.committed(owner, change);
    this.reductions.committed(order);
    if (isEnd) this.#attempts.ended(order);
    this.progress.committed(before, change);
  }

  /** A trading state became durable: whoever asked for it, and however long ago, what is lifted is not quiet any more. */
  tradingStateSet({ scope, state }: ScopedTradingState): void {
    if (state === "ACTIVE") this.halts.lifted(scope);
  }

  /** A CancelAll became durable. */
  campaignBegun(campaign: CancelAllCampaign): void {
    this.campaigns.begun(campaign);
  }

  /** What a CancelAll has come to at one venue account became durable. */
  campaignSaved(campaignId: string, part: CancelAllPart): void {
    this.campaigns.saved(campaignId, part);
  }

  /** Checks all that must hold at any time; after each crash, and in the end. */
  checkAll(): void {
    this.acknowledgements.checkAll();
    this.#fills.checkSums();
    for (const [orderId, order] of this.#view.tables.orders) {
      if (this.#orders.get(orderId) !== order) this.break("events-replay", `${orderId} changed without an event`);
    }
  }

  /** What must hold once all that was under way has come to its end. `streamed`: what a reader of the stream saw. */
  checkEnd(streamed: readonly OrderEventRecord[]): void {
    this.checkAll();
    for (const order of this.#view.tables.orders.values()) {
      if (isPoisonous(order)) continue;
      this.#fills.checkComplete(order);
      this.#attempts.checkNothingLeftOpen(order);
      const fault = disagreement(order, this.book.attemptsOf(order.orderId), this.book.liedAbout.has(order.orderId));
      if (fault !== undefined) this.break("end-agrees-with-venue", `${order.orderId}: ${fault}`);
    }
    this.#checkStream(streamed);
  }

  /** Orders that should have ended, here and at their venue: all, but the poisonous, and doubts where requests never expire. */
  unended(): readonly Order[] {
    const { open, withSurplus, orders } = this.#view.tables;
    const atVenue = [...this.book.openOrders()].flatMap((orderId) => orders.get(orderId) ?? []);
    const all = new Set([...open.values(), ...withSurplus.values(), ...atVenue]);
    return [...all].filter((order) => !isPoisonous(order) && !this.#isRightlyInDoubt(order));
  }

  /** Whether any venue has fills that are not recorded: while nothing is live, they are asked for now and then only. */
  missesFills(): boolean {
    return [...this.#view.tables.orders.values()].some(
      (order) => !isPoisonous(order) && this.#fills.missingOf(order) > 0,
    );
  }

  /** What should have ended of campaigns: all, but where an order is left that can't end. */
  unendedCampaigns(): readonly string[] {
    const endless = new Set(
      [...this.#view.tables.open.values()]
        .filter((order) => isPoisonous(order) || this.#isRightlyInDoubt(order))
        .map(({ instruction }) => venueAccountKey(instruction)),
    );
    return [...this.#view.tables.cancelAlls.values()].flatMap(({ campaignId, parts }) =>
      parts
        .filter(({ state, venueAccount }) => state === "RUNNING" && !endless.has(venueAccountKey(venueAccount)))
        .map(
          ({ venueAccount, progress }) => `${campaignId}/${venueAccountKey(venueAccount)} ${JSON.stringify(progress)}`,
        ),
    );
  }

  /** Whose end at the venue is not in our hands: the venue lies about it or forgot it, or its row can't be written. */
  #isBeyondUs(orderId: OrderId): boolean {
    const order = this.#orders.get(orderId);
    if (this.book.forgotten.has(orderId)) return true;
    return this.book.liedAbout.has(orderId) || (order !== undefined && isPoisonous(order));
  }

  #isRightlyInDoubt(order: Order): boolean {
    const { requestsExpire } = this.#view.characters.get(order.instruction.venue)?.capabilities ?? {};
    if (order.state !== "IN_DOUBT" || requestsExpire === true) return false;
    const attempt = this.book.attempt(order.attempt.submitKey);
    return attempt === undefined || !isTaken(attempt);
  }

  #checkReplay(before: Order | undefined, change: OrderChange): void {
    let order = before;
    for (const record of change.records) {
      if (record.cause.type === "PLACED") order = change.order;
      if (order === undefined || !isTransitionRecord(record)) continue;
      const applied = applyEvent(order, record.cause, record.at);
      if (!applied.ok) {
        this.break("events-replay", `${record.orderId}: ${applied.event} in ${applied.phase} is no row of the table`);
        return;
      }
      order = applied.order;
    }
    if (!isDeepStrictEqual(order, change.order)) {
      this.break("events-replay", `${change.order.orderId} v${change.order.version} is not what its events replay to`);
    }
  }

  #checkStream(streamed: readonly OrderEventRecord[]): void {
    const { events } = this.#view.tables;
    const place = events.findIndex((record, index) => !isSameEvent(record, streamed[index]));
    if (place === -1 && streamed.length === events.length) return;
    this.break(
      "stream-has-no-gap",
      `event ${place === -1 ? events.length : place} of ${events.length} was not streamed in turn`,
    );
  }
}

function isSameEvent(a: OrderEventRecord, b: OrderEventRecord | undefined): boolean {
  return b !== undefined && a.orderId === b.orderId && a.version === b.version && a.type === b.type;
}
