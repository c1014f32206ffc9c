import type { OrderError } from "../error/order-error.ts";
import type { PrepareAnswer, SubmitOutcome } from "../venue/venue.ts";
import type { Contact } from "./circuit-breaker.ts";
import { contactOfPrepare, contactOfSubmit } from "./contact.ts";

/** What a permit rests on. */
export interface PermitTerms {
  /** The order may have changed while its permit was waited for. */
  readonly hasWaited: boolean;
  /** Why the submission may not leave any more, or undefined: what was paid may have lapsed meanwhile. */
  readonly mayLeave: () => Promise<OrderError | undefined>;
  /** The venue asks for a pause; `error` is what it refused with. */
  readonly onRefusal: (error: OrderError, retryAfterMs: number | undefined) => void;
  readonly onEnd: (contact: Contact) => void;
}

/** Leave to make one attempt: paid for, and through the circuit breaker. Whoever got it calls `end`. */
export class AttemptPermit {
  readonly hasWaited: boolean;
  readonly #terms: PermitTerms;
  #contact: Contact = "NOTHING";

  constructor(terms: PermitTerms) {
    this.hasWaited = terms.hasWaited;
    this.#terms = terms;
  }

  /** To be asked right before the submission leaves; an error means that it must not. */
  mayLeave(): Promise<OrderError | undefined> {
    return this.#terms.mayLeave();
  }

  prepared(answer: PrepareAnswer): void {
    this.#contact = contactOfPrepare(answer);
    if (answer.kind === "FAILED") this.#terms.onRefusal(answer.error, answer.retryAfterMs);
  }

  submitted(outcome: SubmitOutcome): void {
    this.#contact = contactOfSubmit(outcome);
    if (outcome.kind !== "ACCEPTED") this.#terms.onRefusal(outcome.error, outcome.retryAfterMs);
  }

  end(): void {
    this.#terms.onEnd(this.#contact);
  }
}
