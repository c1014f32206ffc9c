import {
  type AccountId,
  attemptOf,
  isTerminal,
  type Order,
  type OrderChange,
  type SubmitKey,
  type VenueId,
  venueAccountKey,
} from "@surefill/core";
import { requestIn } from "../venue/request-in.ts";
import type { Break } from "./invariant.ts";
import { endedByWord, type OracleView } from "./oracle-view.ts";
import { RequestCount } from "./request-count.ts";
import { isAlive, isTaken, type VenueBook } from "./venue-book.ts";

/** Invariants 2, 3, 9 and 15: who makes attempts, when, and what leaves for the venues. */
export class AttemptCheck {
  readonly #view: OracleView;
  readonly #book: VenueBook;
  readonly #break: Break;
  readonly #sent = new Set<SubmitKey>();
  readonly #requests = new RequestCount();

  constructor(view: OracleView, book: VenueBook, breaks: Break) {
    this.#view = view;
    this.#book = book;
    this.#break = breaks;
  }

  /** Bytes leave a process. */
  sent(venue: VenueId, payload: Uint8Array): void {
    const { submitKey, validUntil } = requestIn(payload);
    if (this.#sent.has(submitKey)) this.#break("sent-once", `${submitKey} was sent before`);
    this.#sent.add(submitKey);
    const expires = this.#view.characters.get(venue)?.capabilities.requestsExpire === true;
    this.#book.sent(submitKey, expires ? validUntil : undefined);
    const { orderIdsBySubmitKey, attempts } = this.#view.tables;
    const orderId = orderIdsBySubmitKey.get(`${venue}/${submitKey}`);
    const stored = orderId && attempts.get(orderId)?.find((attempt) => attempt.submitKey === submitKey);
    if (stored === undefined) {
      this.#break("durable-before-sent", `${submitKey} was sent and is not durable`);
    } else if (Buffer.compare(stored.payload, payload) !== 0 || (expires && stored.validUntil !== validUntil)) {
      this.#break("durable-before-sent", `${submitKey} was sent otherwise than it was prepared`);
    }
  }

  /** A request about an account leaves a process. */
  asked(venue: VenueId, account: AccountId): void {
    const limits = this.#view.characters.get(venue)?.rateLimits ?? [];
    const excess = this.#requests.excess(venue, account, limits, this.#view.nowMs());
    if (excess !== undefined) this.#break("within-rate-limits", excess);
  }

  /** A change became durable, by the process called `owner`. */
  committed(owner: string, { order, attempt }: OrderChange): void {
    if (attempt?.kind !== "PREPARED") return;
    const key = venueAccountKey(order.instruction);
    const lease = this.#view.tables.leases.get(key);
    if (lease?.owner !== owner || lease.expiresAt <= this.#view.storeNow()) {
      this.#break("one-owner", `${owner} made an attempt of ${order.orderId}; ${lease?.owner} had ${key}`);
    }
    if (this.#book.liedAbout.has(order.orderId)) return;
    const current = attemptOf(order)?.submitKey;
    const now = this.#view.venueNow(order.instruction.venue);
    const living = this.#book
      .attemptsOf(order.orderId)
      .find((one) => one.submitKey !== current && (isAlive(one, now) || isTaken(one)));
    if (living !== undefined)
      this.#break("one-alive-attempt", `${current} was made while ${living.submitKey} is ${living.status}`);
  }

  /** A venue took an order of ours. */
  taken({ orderId }: Order): void {
    if (this.#book.liedAbout.has(orderId)) return;
    const taken = this.#book.attemptsOf(orderId).filter(isTaken);
    if (taken.length < 2) return;
    const keys = taken.map(({ submitKey }) => submitKey).join(", ");
    this.#break("one-alive-attempt", `${orderId}: the venue took ${keys}`);
  }

  /** An order has just ended. */
  ended(order: Order): void {
    if (this.#book.liedAbout.has(order.orderId) || order.state === "FILLED") return;
    const now = this.#view.venueNow(order.instruction.venue);
    const living = this.#book.attemptsOf(order.orderId).find((attempt) => isAlive(attempt, now));
    if (living === undefined) return;
    if (endedByWord(order, living.validUntil) && living.status === "UNDECIDED") return;
    this.#break("end-agrees-with-venue", `${order.orderId} is ${order.state}, ${living.submitKey} is ${living.status}`);
  }

  /** An order in the end; also of one that its venue lied about, what it let in against its word must be found and cancelled. */
  checkNothingLeftOpen(order: Order): void {
    const open = this.#book.attemptsOf(order.orderId).find(({ status }) => status === "OPEN");
    if (open === undefined || !isTerminal(order)) return;
    this.#break("end-agrees-with-venue", `${order.orderId} is ${order.state}, and ${open.submitKey} is left open`);
  }
}
