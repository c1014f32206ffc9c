import type { Meter } from "@opentelemetry/api";
import type { BreakerView } from "../gate/circuit-breaker.ts";
import type { BudgetView } from "../gate/venue-gate.ts";

/** Upper ends of buckets, in seconds: from a moment to the longest pause that is believed. */
const heldSeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const pauseSeconds = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

const breakerStates = ["CLOSED", "OPEN", "HALF_OPEN"] as const satisfies readonly BreakerView["state"][];

/** What a scrape asks of a venue's gate. */
export interface GateReading {
  breaker(): BreakerView;
  budgets(): Promise<readonly BudgetView[]>;
}

/** What held a request back, and what came of it. */
export interface Held {
  readonly operation: string;
  readonly cause: "BUDGET" | "BREAKER";
  readonly outcome: "LEFT" | "GIVEN_UP";
}

/**
 * Counts for Prometheus of what stands between us and the venues. Labels as with OrderMetrics: no id, no account, no
 * instrument; of the accounts at a venue the one with the least left is told.
 */
export class GateMetrics {
  readonly #instruments: ReturnType<typeof instrumentsOf>;

  constructor(meter: Meter) {
    this.#instruments = instrumentsOf(meter);
  }

  /** Begins what is rare at 0: a counter that first shows at 1 has not grown, so no alert would go off. */
  gateOpened(venue: string): void {
    this.#instruments.breakerOpenings.add(0, { venue });
  }

  /** A request left after it was held for `ms`, or was given up then. */
  held(venue: string, { operation, cause, outcome }: Held, ms: number): void {
    this.#instruments.heldSeconds.record(ms / 1_000, { venue, operation, cause, outcome });
  }

  breakerOpened(venue: string): void {
    this.#instruments.breakerOpenings.add(1, { venue });
  }

  /** The venue asked to be left alone for `ms`, with an error of that code. */
  pauseAsked(venue: string, code: string, ms: number): void {
    this.#instruments.pauseSeconds.record(ms / 1_000, { venue, code });
  }

  /** Asks the gates at each scrape; budgets that can't be read are left out. */
  observe(gates: () => Iterable<readonly [venue: string, gate: GateReading]>): void {
    const { meter, breakerState, budgetLeft } = this.#instruments;
    meter.addBatchObservableCallback(
      async (result) => {
        for (const [venue, gate] of gates()) {
          const { state } = gate.breaker();
          for (const one of breakerStates) result.observe(breakerState, one === state ? 1 : 0, { venue, state: one });
          const left = await leastLeft(gate).catch(() => new Map<string, number>());
          for (const [limit, share] of left) result.observe(budgetLeft, share, { venue, limit });
        }
      },
      [breakerState, budgetLeft],
    );
  }
}

/** Of each limit, the share that is left to the account with the least. */
async function leastLeft(gate: GateReading): Promise<ReadonlyMap<string, number>> {
  const shares = new Map<string, number>();
  for (const { limits } of await gate.budgets()) {
    for (const { limit, tokensLeft } of limits) {
      const share = tokensLeft / limit.tokensMax;
      shares.set(limit.name, Math.min(share, shares.get(limit.name) ?? share));
    }
  }
  return shares;
}

function instrumentsOf(meter: Meter) {
  const histogram = (name: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(`surefill_${name}`, { description, advice: { explicitBucketBoundaries } });
  const gauge = (name: string, description: string) => meter.createObservableGauge(`surefill_${name}`, { description });
  return {
    meter,
    heldSeconds: histogram("venue_held_seconds", "How long requests to venues were held back.", heldSeconds),
    pauseSeconds: histogram("venue_pause_seconds", "Pauses that venues asked for (Retry-After).", pauseSeconds),
    breakerOpenings: meter.createCounter("surefill_breaker_openings", {
      description: "How often a venue stopped answering, so that new orders were held back.",
    }),
    breakerState: gauge("breaker_state", "1 for the state that a venue's circuit breaker is in."),
    budgetLeft: gauge("rate_budget_left_ratio", "Of a venue's limit, what is left to the account with the least."),
  };
}
