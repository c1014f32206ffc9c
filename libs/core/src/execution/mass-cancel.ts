import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { retryClass } from "../error/error-code.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { InstrumentId } from "../instrument/instrument.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { CancelAllFailure, CancelAllTerms } from "../store/cancel-all-store.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { CancelAllOutcome, Venue } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";

const answerMsMax = 5_000;
/** So long after it was sent, a request whose answer is lost is believed to arrive no more. */
const arrivalMsMax = 10_000;
/** Requests that the venue took and that left something listed, after which orders are cancelled one by one. */
const inVainMax = 3;
/** Instruments of one go, where the venue cancels all of one at a time: what is left is listed, and comes next. */
const instrumentsMax = 32;

/** A venue's own way to cancel all open orders in one request, as a campaign goes it. */
export class MassCancel {
  readonly #desk: Desk;
  readonly #terms: CancelAllTerms;
  readonly #venueAccount: VenueAccount;
  readonly #stop: AbortSignal;
  readonly #needsInstrument: boolean;
  /** Absent where the venue claims none, or the campaign leaves something there alone. */
  readonly #request: Venue["cancelAll"] | undefined;
  #failures: readonly CancelAllFailure[] = [];
  #isTaken = false;
  #isRefused = false;
  #inVain = 0;
  #lateUntilMs = Number.NEGATIVE_INFINITY;

  constructor(desk: Desk, entry: VenueEntry, terms: CancelAllTerms, venueAccount: VenueAccount, stop: AbortSignal) {
    this.#desk = desk;
    this.#terms = terms;
    this.#venueAccount = venueAccount;
    this.#stop = stop;
    const { manifest, venue } = entry;
    const { cancelAll } = manifest.capabilities;
    this.#needsInstrument = cancelAll === "PER_INSTRUMENT";
    const meansAll = terms.covers === "ALL_AT_VENUE" && !terms.keepsProtection;
    this.#request = meansAll && cancelAll !== false ? venue.cancelAll?.bind(venue) : undefined;
  }

  /** Whether it is worth asking: the venue claims it, has not refused it, and it has not been in vain. */
  get isOffered(): boolean {
    return this.#request !== undefined && !this.#isRefused && this.#inVain < inVainMax;
  }

  /** Whether the venue took what was sent last. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Until then, monotonic, a request whose answer is lost may still arrive, and cancel what is open then. */
  get lateUntilMs(): number {
    return this.#lateUntilMs;
  }

  get failures(): readonly CancelAllFailure[] {
    return this.#failures;
  }

  /** The venue lists targets, after what was sent before. */
  leftSomething(): void {
    if (this.#isTaken) this.#inVain += 1;
    this.#isTaken = false;
  }

  /** Sends it, for `instruments` where the venue must be told; gives the ends that the venue tells of. */
  async send(instruments: ReadonlySet<InstrumentId>): Promise<readonly ExecutionReport[]> {
    const request = this.#request;
    if (request === undefined) return [];
    const { instrument } = this.#terms.scope;
    const isEach = this.#needsInstrument && instrument === undefined;
    const scopes = isEach ? [...instruments].slice(0, instrumentsMax) : [instrument];
    const sentMs = this.#desk.clock.monotonicMs();
    const outcomes = await Promise.all(scopes.map((scope) => this.#ask(request, scope)));
    const isWhole = !isEach || scopes.length === instruments.size;
    this.#isTaken = isWhole && outcomes.every(({ kind }) => kind === "ACCEPTED");
    this.#failures = outcomes.flatMap((outcome) => ("error" in outcome ? [{ error: outcome.error }] : []));
    this.#isRefused = outcomes.some(
      (outcome) => outcome.kind === "REFUSED" && retryClass(outcome.error.code) === "fatal",
    );
    if (outcomes.some(({ kind }) => kind === "UNKNOWN")) this.#lateUntilMs = sentMs + arrivalMsMax;
    return outcomes.flatMap((outcome) => (outcome.kind === "ACCEPTED" ? (outcome.reports ?? []) : []));
  }

  async #ask(
    request: NonNullable<Venue["cancelAll"]>,
    instrument: InstrumentId | undefined,
  ): Promise<CancelAllOutcome> {
    const { account } = this.#venueAccount;
    try {
      return await withDeadline(this.#desk.clock, answerMsMax, (late) =>
        request(account, instrument, AbortSignal.any([late, this.#stop])),
      );
    } catch (thrown) {
      return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", SurefillError.from(thrown).message) };
    }
  }
}
