import { type Clock, SurefillError, type WallTime, wallTime } from "@surefill/core";

/** How far stamps may run ahead for growing by one each; exchanges take a second. */
const aheadMsMax = 500;

/** The exchange's time, as one measurement bounds it. */
interface Measured {
  /** What the exchange's clock showed at some moment between asking and being answered. */
  readonly venueMs: number;
  readonly answeredAtMs: number;
}

/**
 * The exchange's clock, told from below: it shows at least what is said here. Requests stamped so are never from the
 * exchange's future, and "not found as of" is never said of a time that has not come there. It runs on our monotonic
 * clock between measurements, so that nobody who sets this machine's clock moves it.
 */
export class VenueClock {
  readonly #clock: Clock;
  readonly #ask: (signal: AbortSignal) => Promise<number>;
  readonly #ageMsMax: number;
  #measured: Measured | undefined;
  #measuring: Promise<void> | undefined;
  #lastStampMs = 0;

  /** `ask`: the exchange's time in milliseconds since 1970, from the exchange itself. */
  constructor(clock: Clock, ask: (signal: AbortSignal) => Promise<number>, ageMsMax: number) {
    this.#clock = clock;
    this.#ask = ask;
    this.#ageMsMax = ageMsMax;
  }

  /** Measures if the last measurement is too old; many ask at once and one measures. @throws what asking throws. */
  async refresh(signal: AbortSignal): Promise<void> {
    const isFresh =
      this.#measured !== undefined && this.#clock.monotonicMs() - this.#measured.answeredAtMs < this.#ageMsMax;
    if (isFresh) return;
    this.#measuring ??= this.#measure(signal).finally(() => {
      this.#measuring = undefined;
    });
    await this.#measuring;
  }

  /** The exchange has disagreed with a stamp of ours: the next one is measured first. */
  distrust(): void {
    this.#measured = undefined;
  }

  /** Milliseconds since 1970 there, at least; by our own clock as long as nothing was measured. */
  nowMs(): number {
    if (this.#measured === undefined) return Math.floor(this.#clock.wall() / 1_000);
    const { venueMs, answeredAtMs } = this.#measured;
    return Math.floor(venueMs + this.#clock.monotonicMs() - answeredAtMs);
  }

  now(): WallTime {
    return wallTime(this.nowMs() * 1_000);
  }

  /** As nowMs, and never the same twice: some exchanges take it for a nonce, which must grow. */
  stampMs(): number {
    this.#lastStampMs = Math.max(this.nowMs(), this.#lastStampMs + 1);
    return this.#lastStampMs;
  }

  async #measure(signal: AbortSignal): Promise<void> {
    const venueMs = await this.#ask(signal);
    if (!Number.isSafeInteger(venueMs) || venueMs <= 0) {
      throw new SurefillError("VENUE_UNREACHABLE", "the exchange tells no time");
    }
    this.#measured = { venueMs, answeredAtMs: this.#clock.monotonicMs() };
    // A stamp that was far off must not hold the next ones there.
    if (this.#lastStampMs > venueMs + aheadMsMax) this.#lastStampMs = 0;
  }
}
