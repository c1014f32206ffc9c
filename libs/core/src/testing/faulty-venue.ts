import { orderError } from "../error/order-error.ts";
import type { Random } from "../id/random.ts";
import { price } from "../money/price.ts";
import { quantity } from "../money/quantity.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { type VenueFill, venueFillId } from "../order/fill.ts";
import { type SubmitKey, submitKey, type VenueOrderId, venueOrderId } from "../order/order-id.ts";
import { addMs, type WallTime } from "../time/wall-time.ts";
import type { PreparedAttempt, ReportedFill, SubmitOutcome } from "../venue/venue.ts";
import type { ManualClock } from "./manual-clock.ts";
import type { VenueScript } from "./scripted-venue.ts";

/** An order as the venue has it. Quantities are whole tenths. */
export interface VenueOrder {
  readonly orderId: string;
  readonly submitKey: SubmitKey;
  readonly venueOrderId: VenueOrderId;
  readonly size: number;
  readonly arrivedAt: WallTime;
  readonly fills: VenueFill[];
  filled: number;
  status: "OPEN" | "FILLED" | "CANCELLED";
}

/** How long an attempt is valid, and how long queries may lag behind what the venue knows. */
const validMs = 3_000;
const lagMs = 1_500;
const busy = orderError("VENUE_BUSY", "try again");
const funds = orderError("INSUFFICIENT_FUNDS", "no balance");
const silence = orderError("ANSWER_LOST", "no answer");

/**
 * A venue that keeps its own book truthfully and fails at everything else: answers are lost before and after they take
 * effect, requests arrive late or never, queries lag, streams drop, cancels are refused. Its book is the yardstick.
 */
export class FaultyVenue {
  /** Set to end all faults. */
  isCalm = false;
  readonly orders: VenueOrder[] = [];
  readonly #clock: ManualClock;
  readonly #random: Random;
  readonly #fills: ReportedFill[] = [];
  readonly #underWay: { readonly at: WallTime; readonly arrive: () => void }[] = [];
  readonly #listeners = new Set<(report: ExecutionReport) => void>();

  constructor(clock: ManualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What happens at the venue by itself: requests that were under way arrive, the market fills. */
  tick(): void {
    const now = this.#clock.wall();
    for (const request of this.#underWay.splice(0)) {
      if (request.at <= now) request.arrive();
      else this.#underWay.push(request);
    }
    for (const order of this.orders) {
      if (order.status !== "OPEN") continue;
      if (this.#happens(this.isCalm ? 0.2 : 0.05)) this.#fill(order);
      else if (this.#happens(0.002)) this.#end(order, "CANCELLED");
    }
  }

  readonly script: VenueScript = {
    prepare: async ({ orderId, number }) => {
      if (this.#fails(0.1)) return { kind: "FAILED", error: busy };
      const validUntil = addMs(this.#clock.wall(), validMs);
      const attempt = { submitKey: submitKey(`${orderId}/${number}`), validUntil, payload: new Uint8Array() };
      return { kind: "PREPARED", attempt };
    },
    submit: (_account, attempt) => this.#submit(attempt),
    lookup: async ({ submitKey: key }) => {
      if (this.#fails(0.2)) return { kind: "UNAVAILABLE", error: silence };
      const order = this.#visible(key);
      if (order === undefined) return { kind: "NOT_FOUND", asOf: addMs(this.#clock.wall(), -lagMs) };
      return { kind: "FOUND", report: this.#report(order, this.#happens(0.5)) };
    },
    cancel: async ({ submitKey: key }) => {
      if (this.#fails(0.2)) return { kind: "UNKNOWN", error: silence };
      const order = this.orders.find((candidate) => candidate.submitKey === key);
      if (order?.status !== "OPEN") return { kind: "NOT_OPEN" };
      if (this.#fails(0.1)) return { kind: "REFUSED", error: busy };
      if (this.#fails(0.2)) return { kind: "ACCEPTED" };
      this.#end(order, "CANCELLED");
      if (this.#fails(0.2)) throw new Error("socket hang up");
      return this.#happens(0.5) ? { kind: "ACCEPTED" } : { kind: "ACCEPTED", report: this.#report(order, false) };
    },
    openOrders: async () => {
      if (this.#fails(0.1)) throw new Error("503");
      return this.orders.filter((order) => order.status === "OPEN").map((order) => this.#report(order, false));
    },
    fillsSince: async (_account, after, limit) => {
      if (this.#fails(0.1)) throw new Error("503");
      const from = typeof after === "string" ? Number(after) : 0;
      const fills = this.#fills.slice(from, from + limit);
      return { fills, next: String(from + fills.length) };
    },
    watch: (_account, signal) => this.#watch(signal),
  };

  #submit(attempt: PreparedAttempt): Promise<SubmitOutcome> {
    const answer = (outcome: SubmitOutcome) => Promise.resolve(outcome);
    const lost = (): Promise<SubmitOutcome> => {
      if (this.#happens(0.3)) return new Promise(() => undefined);
      if (this.#happens(0.5)) return Promise.reject(new Error("socket hang up"));
      return answer({ kind: "UNKNOWN", error: silence });
    };
    const arriveLater = (ms: number) =>
      this.#underWay.push({ at: addMs(this.#clock.wall(), ms), arrive: () => this.#accept(attempt) });
    if (this.#fails(0.1)) return answer({ kind: "NOT_SENT", error: busy });
    if (this.#fails(0.1)) return lost();
    if (this.#fails(0.15)) {
      arriveLater(this.#random.unit() * 2 * validMs);
      return lost();
    }
    if (this.#fails(0.15)) return answer({ kind: "REJECTED", error: this.#happens(0.7) ? busy : funds });
    const order = this.#accept(attempt);
    if (order === undefined) return answer({ kind: "REJECTED", error: busy });
    if (this.#happens(0.3)) this.#fill(order);
    if (this.#fails(0.2)) return lost();
    if (this.#happens(0.3)) return answer({ kind: "ACCEPTED", report: this.#report(order, true) });
    return answer({ kind: "ACCEPTED", venueOrderId: order.venueOrderId });
  }

  /** The venue keeps to what makes absence provable: nothing is accepted after its validity. */
  #accept({ submitKey: key, validUntil }: PreparedAttempt): VenueOrder | undefined {
    const arrivedAt = this.#clock.wall();
    if (validUntil !== undefined && arrivedAt > validUntil) return undefined;
    const order: VenueOrder = {
      ...{
        orderId: key.slice(0, key.indexOf("/")),
        submitKey: key,
        arrivedAt,
        fills: [],
        filled: 0,
        size: 10,
        status: "OPEN",
      },
      venueOrderId: venueOrderId(`V${this.orders.length}`),
    };
    this.orders.push(order);
    this.#tell(order, []);
    return order;
  }

  #fill(order: VenueOrder): void {
    const left = order.size - order.filled;
    const tenths = Math.min(left, 1 + Math.floor(this.#random.unit() * left * 1.5));
    const fill: VenueFill = {
      venueFillId: venueFillId(`${order.venueOrderId}-${order.fills.length}`),
      venueOrderId: order.venueOrderId,
      lastQuantity: quantity(tenthsText(tenths)),
      lastPrice: price("50000"),
      venueTime: this.#clock.wall(),
    };
    order.fills.push(fill);
    this.#fills.push({ submitKey: order.submitKey, fill });
    order.filled += tenths;
    if (order.filled === order.size) order.status = "FILLED";
    this.#tell(order, [fill]);
  }

  #end(order: VenueOrder, status: VenueOrder["status"]): void {
    order.status = status;
    this.#tell(order, []);
  }

  /** The stream; it drops half of what happens, and doubles some. */
  #tell(order: VenueOrder, fills: readonly VenueFill[]): void {
    if (this.#fails(0.5)) return;
    const report = { ...this.#report(order, false), fills };
    for (const listener of this.#listeners) {
      listener(report);
      if (this.#fails(0.1)) listener(report);
    }
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<ExecutionReport> {
    const queue: ExecutionReport[] = [];
    let wake: (() => void) | undefined;
    const listener = (report: ExecutionReport) => {
      queue.push(report);
      wake?.();
    };
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => wake?.(), { once: true });
    try {
      while (!signal.aborted) {
        // Sometimes the younger message overtakes the older one.
        const next = this.#fails(0.2) ? queue.pop() : queue.shift();
        if (next !== undefined) yield next;
        if (this.#fails(0.02)) throw new Error("stream closed");
        if (queue.length > 0) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        if (!signal.aborted) await promise;
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  #visible(key: SubmitKey): VenueOrder | undefined {
    const order = this.orders.find((candidate) => candidate.submitKey === key);
    if (order === undefined || order.arrivedAt <= addMs(this.#clock.wall(), -lagMs)) return order;
    return this.#fails(0.5) ? undefined : order;
  }

  #report(order: VenueOrder, withFills: boolean): ExecutionReport {
    const { submitKey: key, venueOrderId: name, fills } = order;
    const cumQuantity = quantity(tenthsText(order.filled));
    return {
      submitKey: key,
      venueOrderId: name,
      evidence: { kind: order.status },
      fills: withFills ? [...fills] : [],
      cumQuantity,
    };
  }

  #fails(share: number): boolean {
    return this.#happens(share) && !this.isCalm;
  }

  #happens(share: number): boolean {
    return this.#random.unit() < share;
  }
}

/** Whole tenths as a decimal: 14 is "1.4". */
export function tenthsText(tenths: number): string {
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}
