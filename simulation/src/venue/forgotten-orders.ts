import type { SubmitKey } from "@surefill/core";

interface Forgotten {
  /** Until when the venue knows nothing of it; for ever where it is gone. */
  readonly untilMs: number;
  readonly isGone: boolean;
  /** Until when its caller leaves it alone, so that nothing else happens to it. */
  readonly leftAloneUntilMs: number;
}

/** Orders that a venue has acknowledged and knows nothing of any more: gone from there, or only not shown. */
export class ForgottenOrders {
  readonly #nowMs: () => number;
  readonly #orders = new Map<SubmitKey, Forgotten>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(submitKey: SubmitKey, forgotten: Forgotten): void {
    this.#orders.set(submitKey, forgotten);
  }

  /** When the last of those is shown again that will be. */
  get lastUntilMs(): number {
    return Math.max(0, ...[...this.#orders.values()].flatMap(({ untilMs, isGone }) => (isGone ? [] : [untilMs])));
  }

  /** Whether the venue shows nothing of it now. */
  has(submitKey: SubmitKey): boolean {
    return (this.#orders.get(submitKey)?.untilMs ?? 0) > this.#nowMs();
  }

  /** Whether it will never be shown again, which the venue's own people know. */
  isGone(submitKey: SubmitKey): boolean {
    return this.#orders.get(submitKey)?.isGone === true;
  }

  isLeftAlone(submitKey: SubmitKey): boolean {
    return (this.#orders.get(submitKey)?.leftAloneUntilMs ?? 0) > this.#nowMs();
  }
}
