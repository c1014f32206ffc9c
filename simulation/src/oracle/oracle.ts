import { isDeepStrictEqual } from "node:util";
import {
  type AccountId,
  addQuantity,
  applyEvent,
  attemptOf,
  type ClientOrderId,
  compare,
  type Fill,
  fillKey,
  isTerminal,
  type Order,
  type OrderChange,
  type OrderEventRecord,
  type OrderId,
  phaseOf,
  type SubmitKey,
  type TradingScope,
  type VenueId,
  venueAccountKey,
  type WallTime,
  zeroQuantity,
} from "@surefill/core";
import type { MemoryTables } from "@surefill/core/testing";
import type { ExchangeEvent } from "@surefill/venue-sim/exchange";
import { requestIn } from "../venue/request-in.ts";
import type { VenueCharacter } from "../venue/venue-character.ts";
import { disagreement } from "./disagreement.ts";
import { attemptLine, historyOf } from "./history.ts";
import { HoldingSums } from "./holding-sums.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { Progress } from "./progress.ts";
import { RequestCount } from "./request-count.ts";
import { isTransitionRecord } from "./transition-record.ts";
import { isAlive, isTaken, VenueBook } from "./venue-book.ts";

/** What the oracle looks at beside what it is told. */
export interface OracleView {
  readonly tables: MemoryTables;
  readonly nowMs: () => number;
  /** By the clock that leases are judged by. */
  readonly storeNow: () => WallTime;
  readonly venueNow: (venue: VenueId) => WallTime;
  readonly characters: ReadonlyMap<VenueId, VenueCharacter>;
}

/**
 * Holds everything that becomes durable, and everything that leaves, against the venues' own logs. It stops at the
 * first violation: what follows from one says little.
 */
export class Oracle {
  readonly book = new VenueBook();
  readonly progress = new Progress();
  readonly #view: OracleView;
  readonly #orders = new Map<OrderId, Order>();
  readonly #fills = new Map<OrderId, Set<string>>();
  readonly #sums = new HoldingSums();
  readonly #sent = new Set<SubmitKey>();
  readonly #requests = new RequestCount();
  readonly #acknowledged = new Map<string, OrderId>();
  readonly #cancelsAcknowledged = new Set<OrderId>();
  #halt: { readonly scope: TradingScope; readonly listed: ReadonlySet<OrderId> } | undefined;
  #violation: Violation | undefined;

  constructor(view: OracleView) {
    this.#view = view;
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
    this.#checkHalt(orderId);
    if (this.book.liedAbout.has(orderId)) return;
    const taken = this.book.attemptsOf(orderId).filter(isTaken);
    if (taken.length > 1) {
      this.break(
        "one-alive-attempt",
        `${orderId}: the venue took ${taken.map(({ submitKey }) => submitKey).join(", ")}`,
      );
    }
  }

  /** Bytes leave a process. */
  sent(venue: VenueId, payload: Uint8Array): void {
    const { submitKey, validUntil } = requestIn(payload);
    if (this.#sent.has(submitKey)) this.break("sent-once", `${submitKey} was sent before`);
    this.#sent.add(submitKey);
    const expires = this.#view.characters.get(venue)?.capabilities.requestsExpire === true;
    this.book.sent(submitKey, expires ? validUntil : undefined);
    const { orderIdsBySubmitKey, attempts } = this.#view.tables;
    const orderId = orderIdsBySubmitKey.get(`${venue}/${submitKey}`);
    const stored = orderId && attempts.get(orderId)?.find((attempt) => attempt.submitKey === submitKey);
    if (stored === undefined) {
      this.break("durable-before-sent", `${submitKey} was sent and is not durable`);
    } else if (Buffer.compare(stored.payload, payload) !== 0 || (expires && stored.validUntil !== validUntil)) {
      this.break("durable-before-sent", `${submitKey} was sent otherwise than it was prepared`);
    }
  }

  /** A request about an account leaves a process. */
  asked(venue: VenueId, account: AccountId): void {
    const limits = this.#view.characters.get(venue)?.rateLimits ?? [];
    const excess = this.#requests.excess(venue, account, limits, this.#view.nowMs());
    if (excess !== undefined) this.break("within-rate-limits", excess);
  }

  turnedAway(payload: Uint8Array): void {
    this.book.turnedAway(requestIn(payload).submitKey);
  }

  lied(payload: Uint8Array): void {
    this.book.lied(requestIn(payload).submitKey);
  }

  /** A change became durable, by the process called `owner`. */
  committed(owner: string, change: OrderChange): void {
    const before = this.#orders.get(change.order.orderId);
    this.#checkReplay(before, change);
    this.#orders.set(change.order.orderId, change.order);
    this.#checkFills(change);
    this.#checkAttempt(owner, change);
    if (isTerminal(change.order) && (before === undefined || !isTerminal(before))) this.#checkEnd(change.order);
    this.progress.committed(before, change);
  }

  acknowledged(account: AccountId, clientOrderId: ClientOrderId, orderId: OrderId): void {
    const key = `${account}/${clientOrderId}`;
    const earlier = this.#acknowledged.get(key);
    if (earlier !== undefined && earlier !== orderId) {
      this.break("one-order-per-client-id", `${key} was acknowledged as ${earlier} and as ${orderId}`);
    }
    this.#acknowledged.set(key, orderId);
    if (!this.#view.tables.orders.has(orderId)) this.break("acknowledged-is-durable", `${orderId} is not stored`);
  }

  cancelAcknowledged(orderId: OrderId): void {
    this.#cancelsAcknowledged.add(orderId);
    this.#checkCancel(orderId);
  }

  /** A halt was answered: what it covers must be quiet from now on, but for what it listed as under way. */
  halted(scope: TradingScope, listed: readonly Order[]): void {
    this.#halt = { scope, listed: new Set(listed.map(({ orderId }) => orderId)) };
  }

  lifted(): void {
    this.#halt = undefined;
  }

  #checkHalt(orderId: OrderId): void {
    const instruction = this.#orders.get(orderId)?.instruction;
    if (this.#halt === undefined || instruction === undefined || this.#halt.listed.has(orderId)) return;
    const { scope } = this.#halt;
    const isCovered =
      (scope.account === undefined || scope.account === instruction.account) &&
      (scope.venue === undefined || scope.venue === instruction.venue);
    if (isCovered && instruction.purpose === "ENTRY") {
      this.break("halted-is-quiet", `${orderId} was taken by the venue after the halt of ${JSON.stringify(scope)}`);
    }
  }

  /** Checks all that must hold at any time; after each crash, and in the end. */
  checkAll(): void {
    const { tables } = this.#view;
    for (const orderId of this.#acknowledged.values()) {
      if (!tables.orders.has(orderId)) this.break("acknowledged-is-durable", `${orderId} was acknowledged and is gone`);
    }
    for (const orderId of this.#cancelsAcknowledged) this.#checkCancel(orderId);
    if (tables.orderIdsByClientOrderId.size !== tables.orders.size) {
      this.break(
        "one-order-per-client-id",
        `${tables.orders.size} orders of ${tables.orderIdsByClientOrderId.size} names`,
      );
    }
    const difference = this.#sums.differenceFrom(tables);
    if (difference !== undefined) this.break("holdings-are-sums", difference);
    for (const [orderId, order] of tables.orders) {
      if (this.#orders.get(orderId) !== order) this.break("events-replay", `${orderId} changed without an event`);
    }
  }

  /** What must hold once all that was under way has come to its end. `streamed`: what a reader of the stream saw. */
  checkEnd(streamed: readonly OrderEventRecord[]): void {
    this.checkAll();
    for (const order of this.#view.tables.orders.values()) {
      this.#checkNothingMissing(order);
      this.#checkNothingLeftOpen(order);
      const fault = disagreement(order, this.book.attemptsOf(order.orderId), this.book.liedAbout.has(order.orderId));
      if (fault !== undefined) this.break("end-agrees-with-venue", `${order.orderId}: ${fault}`);
    }
    this.#checkStream(streamed);
  }

  /** Orders that should have ended, here and at their venue: all, but those in doubt where requests never expire. */
  unended(): readonly Order[] {
    const { open, withSurplus, orders } = this.#view.tables;
    const atVenue = [...this.book.openOrders()].flatMap((orderId) => orders.get(orderId) ?? []);
    const all = new Set([...open.values(), ...withSurplus.values(), ...atVenue]);
    return [...all].filter((order) => !this.#isRightlyInDoubt(order));
  }

  /** Whether any venue has fills that are not recorded: while nothing is live, they are asked for now and then only. */
  missesFills(): boolean {
    return [...this.#view.tables.orders.values()].some((order) => this.#fillsMissing(order) > 0);
  }

  #fillsMissing({ orderId }: Order): number {
    const known = this.book.attemptsOf(orderId).reduce((sum, { fills }) => sum + fills.size, 0);
    return known - (this.#fills.get(orderId)?.size ?? 0);
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

  #checkFills({ order, fills }: OrderChange): void {
    const recorded = this.#fills.get(order.orderId) ?? new Set<string>();
    this.#fills.set(order.orderId, recorded);
    for (const fill of fills) {
      const key = fillKey(fill);
      if (recorded.has(key)) this.break("fills-are-the-venue's", `${order.orderId}: ${key} is recorded twice`);
      recorded.add(key);
      this.#sums.add(order, fill);
      if (!this.#isTheVenues(fill)) {
        this.break(
          "fills-are-the-venue's",
          `${order.orderId}: the venue has no fill ${fill.venueFillId} of ${fill.lastQuantity}`,
        );
      }
    }
    const sum = (this.#view.tables.fillsByOrder.get(order.orderId) ?? []).reduce(
      (total, { lastQuantity }) => addQuantity(total, lastQuantity),
      zeroQuantity,
    );
    if (fills.length > 0 && sum !== order.cumQuantity && order === this.#view.tables.orders.get(order.orderId)) {
      this.break("cum-is-sum-of-fills", `${order.orderId}: cum is ${order.cumQuantity}, its fills are ${sum}`);
    }
  }

  #isTheVenues(fill: Fill): boolean {
    return this.book
      .attemptsOf(fill.orderId)
      .some((attempt) =>
        [...attempt.fills.values()].some(
          (event) =>
            event.venueOrderId === fill.venueOrderId &&
            this.#fillIdOf(fill.venue, event.venueFillId) === fill.venueFillId &&
            event.quantity === fill.lastQuantity &&
            event.price === fill.lastPrice,
        ),
      );
  }

  #fillIdOf(venue: VenueId, id: string): string {
    const isShort = this.#view.characters.get(venue)?.numbersFillsPerOrder === true;
    return isShort ? id.slice(id.lastIndexOf("_") + 1) : id;
  }

  #checkAttempt(owner: string, { order, attempt }: OrderChange): void {
    if (attempt?.kind !== "PREPARED") return;
    const key = venueAccountKey(order.instruction);
    const lease = this.#view.tables.leases.get(key);
    if (lease?.owner !== owner || lease.expiresAt <= this.#view.storeNow()) {
      this.break("one-owner", `${owner} made an attempt of ${order.orderId}; ${lease?.owner} had ${key}`);
    }
    if (this.book.liedAbout.has(order.orderId)) return;
    const current = attemptOf(order)?.submitKey;
    const now = this.#view.venueNow(order.instruction.venue);
    const living = this.book
      .attemptsOf(order.orderId)
      .find((one) => one.submitKey !== current && (isAlive(one, now) || isTaken(one)));
    if (living !== undefined)
      this.break("one-alive-attempt", `${current} was made while ${living.submitKey} is ${living.status}`);
  }

  #checkEnd(order: Order): void {
    if (this.book.liedAbout.has(order.orderId) || order.state === "FILLED") return;
    const now = this.#view.venueNow(order.instruction.venue);
    const living = this.book.attemptsOf(order.orderId).find((attempt) => isAlive(attempt, now));
    // Of a request that never expires nobody can know: an operator's word ends the doubt, once the venue was asked.
    const isByWord = order.lastError?.code === "OPERATOR_DECLARED_DEAD" && living?.validUntil === undefined;
    if (living === undefined || (isByWord && living.status === "UNDECIDED")) return;
    this.break("end-agrees-with-venue", `${order.orderId} is ${order.state}, ${living.submitKey} is ${living.status}`);
  }

  #checkCancel(orderId: OrderId): void {
    const order = this.#view.tables.orders.get(orderId);
    if (order === undefined || (order.cancelRequest === undefined && !isTerminal(order))) {
      this.break("acknowledged-is-durable", `${orderId}: its cancel was acknowledged and is not stored`);
    }
  }

  #checkNothingMissing(order: Order): void {
    const missing = this.#fillsMissing(order);
    if (missing !== 0) {
      this.break("no-fill-is-missing", `${order.orderId} (${phaseOf(order)}): ${missing} fills are missing`);
    }
    const { size } = order.instruction;
    const isShort = order.state === "FILLED" && size.in === "BASE" && compare(order.cumQuantity, size.quantity) < 0;
    if (isShort) this.break("cum-is-sum-of-fills", `${order.orderId} is FILLED with ${order.cumQuantity}`);
  }

  /** Also of orders that their venue lied about: what it let in against its word must be found and cancelled. */
  #checkNothingLeftOpen(order: Order): void {
    const open = this.book.attemptsOf(order.orderId).find(({ status }) => status === "OPEN");
    if (open === undefined || !isTerminal(order)) return;
    this.break("end-agrees-with-venue", `${order.orderId} is ${order.state}, and ${open.submitKey} is left open`);
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
