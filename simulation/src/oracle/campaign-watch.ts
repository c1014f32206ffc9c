import {
  type CancelAllCampaign,
  type CancelAllPart,
  type CancelAllTerms,
  covers,
  type Order,
  type OrderId,
  type SubmitKey,
  venueAccountKey,
} from "@surefill/core";
import type { Break } from "./invariant.ts";
import { endedByWord, type OracleView } from "./oracle-view.ts";
import type { KnownAttempt, VenueBook } from "./venue-book.ts";

interface Targets {
  readonly own: readonly OrderId[];
  readonly foreign: readonly SubmitKey[];
}

/**
 * What was live as a CancelAll began, here and at the venues, must be gone from the venues' books once it is done, and
 * must not come to be there after that. The targets are taken down here: core's own list is what is judged.
 */
export class CampaignWatch {
  readonly #view: OracleView;
  readonly #book: VenueBook;
  readonly #break: Break;
  readonly #isExempt: (orderId: OrderId) => boolean;
  /** By campaign and venue account. */
  readonly #targets = new Map<string, Targets>();
  readonly #done = new Map<OrderId, string>();

  /** `isExempt`: of which nothing can be asked, for its venue lies about it or forgot it, or its row can't be written. */
  constructor(view: OracleView, book: VenueBook, breaks: Break, isExempt: (orderId: OrderId) => boolean) {
    this.#view = view;
    this.#book = book;
    this.#break = breaks;
    this.#isExempt = isExempt;
  }

  begun({ campaignId, parts, ...terms }: CancelAllCampaign): void {
    for (const { venueAccount } of parts) {
      const key = `${campaignId}/${venueAccountKey(venueAccount)}`;
      if (this.#targets.has(key)) continue;
      const isHere = (one: Parameters<typeof venueAccountKey>[0]) =>
        venueAccountKey(one) === venueAccountKey(venueAccount);
      const own = [...this.#view.tables.open.values()].filter(
        (order) => isHere(order.instruction) && isMeant(terms, order),
      );
      const foreign = [...this.#book.foreign.values()].filter(
        (order) => terms.covers === "ALL_AT_VENUE" && isHere(order) && covers(terms.scope, order),
      );
      this.#targets.set(key, {
        own: own.map(({ orderId }) => orderId),
        foreign: foreign.map(({ submitKey }) => submitKey),
      });
    }
  }

  /** A part of a campaign was written. */
  saved(campaignId: string, { venueAccount, state }: CancelAllPart): void {
    const name = `${campaignId}/${venueAccountKey(venueAccount)}`;
    const targets = this.#targets.get(name);
    if (state !== "DONE" || targets === undefined) return;
    for (const orderId of targets.own) {
      this.#done.set(orderId, campaignId);
      const open = this.#book.attemptsOf(orderId).find(({ status }) => status === "OPEN");
      if (open !== undefined && !this.#isExempt(orderId)) {
        this.#break("campaign-leaves-nothing", `${orderId} is open at the venue, and ${name} is done`);
      }
    }
    const left = targets.foreign.find((submitKey) => this.#book.foreign.has(submitKey));
    if (left !== undefined) this.#break("campaign-leaves-nothing", `${left} of another is open, and ${name} is done`);
  }

  /** A venue took an order of ours. */
  taken(order: Order, attempt: KnownAttempt): void {
    const campaignId = this.#done.get(order.orderId);
    if (campaignId === undefined || this.#isExempt(order.orderId) || endedByWord(order, attempt.validUntil)) return;
    this.#break("campaign-leaves-nothing", `${order.orderId} was taken by the venue after ${campaignId} was done`);
  }
}

function isMeant({ scope, keepsProtection }: Omit<CancelAllTerms, "campaignId">, { instruction }: Order): boolean {
  const isProtection = instruction.purpose === "STOP" || instruction.purpose === "TARGET";
  return covers(scope, instruction) && !(keepsProtection && isProtection);
}
