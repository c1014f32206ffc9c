import type { Clock } from "../time/clock.ts";

/** When a venue counts as away, and how long it is left alone then. */
export interface BreakerPolicy {
  /** Attempts in a row without an answer that open the breaker. */
  readonly failuresMax: number;
  /** The first pause; doubles each time the probe after it gets no answer either. */
  readonly openMs: number;
  readonly openMsMax: number;
}

/** Five in a row; 1 s, 2 s, 4 s …, at most 60 s. */
export const defaultBreakerPolicy: BreakerPolicy = { failuresMax: 5, openMs: 1_000, openMsMax: 60_000 };

/** What an attempt says about the way to the venue; NOTHING where it never got so far as to ask. */
export type Contact = "ANSWERED" | "UNANSWERED" | "NOTHING";

/** Leave to make one attempt, to be given back with what it says about the way to the venue. */
export interface BreakerPass {
  readonly isProbe: boolean;
  /** Given whatever the state. */
  readonly isExempt: boolean;
}

/** As it is shown to people. */
export interface BreakerView {
  readonly state: "CLOSED" | "OPEN" | "HALF_OPEN";
  readonly failuresInARow: number;
  /** Until the next probe, while open. */
  readonly probeInMs?: number;
}

type State =
  | { readonly kind: "CLOSED" }
  /** `pauses`: how many there were in a row before this one. */
  | { readonly kind: "OPEN"; readonly untilMs: number; readonly pauses: number }
  /** One probe is under way. */
  | { readonly kind: "HALF_OPEN"; readonly pauses: number };

/** Beyond this the pause has long reached its most. */
const doublingsMax = 30;

/**
 * Keeps new orders from a venue that does not answer: after some attempts in a row without an answer it lets none
 * through for a while, then one as a probe. It guards nothing else: look-ups, cancels and orders that reduce a
 * position pass whatever its state. It knows only what this process sees, for the way to the venue is the process's.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #policy: BreakerPolicy;
  readonly #waiting = new Set<() => void>();
  #state: State = { kind: "CLOSED" };
  #failuresInARow = 0;

  constructor(clock: Clock, policy: BreakerPolicy = defaultBreakerPolicy) {
    this.#clock = clock;
    this.#policy = policy;
  }

  /** Leave for one attempt, or undefined while there is none. `isExempt`: leave whatever the state. */
  enter({ isExempt }: { readonly isExempt: boolean }): BreakerPass | undefined {
    if (isExempt || this.#state.kind === "CLOSED") return { isProbe: false, isExempt };
    if (this.#state.kind === "HALF_OPEN" || this.#clock.monotonicMs() < this.#state.untilMs) return undefined;
    this.#state = { kind: "HALF_OPEN", pauses: this.#state.pauses };
    return { isProbe: true, isExempt };
  }

  /** Whether a pass that was given still holds: the breaker may have opened while its holder waited. */
  holds({ isProbe, isExempt }: BreakerPass): boolean {
    return isProbe || isExempt || this.#state.kind === "CLOSED";
  }

  /** Ends what `enter` began; to be called once. */
  leave({ isProbe }: BreakerPass, contact: Contact): void {
    if (contact === "ANSWERED") this.#close();
    else if (contact === "UNANSWERED") this.#fail(isProbe);
    // The probe never asked: another one may go at once.
    else if (isProbe) this.#pause(0);
  }

  /** Resolves when it is worth asking for leave again, or when `signal` aborts. */
  async untilChange(signal: AbortSignal): Promise<void> {
    if (this.#state.kind === "CLOSED") return;
    const changed = new AbortController();
    const wake = () => changed.abort();
    this.#waiting.add(wake);
    const waitMs = this.#state.kind === "OPEN" ? this.#state.untilMs - this.#clock.monotonicMs() : Number.MAX_VALUE;
    await this.#clock.sleep(Math.min(waitMs, this.#policy.openMsMax), AbortSignal.any([signal, changed.signal]));
    this.#waiting.delete(wake);
  }

  view(): BreakerView {
    const { kind } = this.#state;
    const failuresInARow = this.#failuresInARow;
    if (this.#state.kind !== "OPEN") return { state: kind, failuresInARow };
    return { state: kind, failuresInARow, probeInMs: Math.max(0, this.#state.untilMs - this.#clock.monotonicMs()) };
  }

  #close(): void {
    this.#failuresInARow = 0;
    if (this.#state.kind === "CLOSED") return;
    this.#state = { kind: "CLOSED" };
    this.#changed();
  }

  #fail(isProbe: boolean): void {
    this.#failuresInARow += 1;
    if (isProbe && this.#state.kind === "HALF_OPEN") this.#open(this.#state.pauses + 1);
    else if (this.#state.kind === "CLOSED" && this.#failuresInARow >= this.#policy.failuresMax) this.#open(0);
  }

  #open(pauses: number): void {
    const { openMs, openMsMax } = this.#policy;
    const pauseMs = Math.min(openMs * 2 ** Math.min(pauses, doublingsMax), openMsMax);
    this.#state = { kind: "OPEN", untilMs: this.#clock.monotonicMs() + pauseMs, pauses };
    this.#changed();
  }

  #pause(ms: number): void {
    if (this.#state.kind !== "HALF_OPEN") return;
    this.#state = { kind: "OPEN", untilMs: this.#clock.monotonicMs() + ms, pauses: this.#state.pauses };
    this.#changed();
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
