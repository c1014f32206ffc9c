import type { OrderMetrics } from "../telemetry/order-metrics.ts";
import type { Clock } from "../time/clock.ts";
import type { Venue } from "./venue.ts";
import type { VenueId } from "./venue-id.ts";

/**
 * `venue` with each of its requests counted and timed, by what it was answered. One that is given up counts as GIVEN_UP
 * when its signal aborts: a venue that hangs must show.
 */
export function meteredVenue(
  venueId: VenueId,
  venue: Venue,
  { metrics, clock }: { readonly metrics: OrderMetrics; readonly clock: Clock },
): Venue {
  metrics.venueOpened(venueId);

  async function metered<T>(operation: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
    const startedMs = clock.monotonicMs();
    let isCounted = false;
    const count = (outcome: string) => {
      if (isCounted) return;
      isCounted = true;
      metrics.venueRequest(venueId, operation, outcome, clock.monotonicMs() - startedMs);
    };
    const giveUp = () => count("GIVEN_UP");
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const answer = await request();
      count(outcomeOf(answer));
      return answer;
    } catch (error) {
      count("FAILED");
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  const requests: { readonly [Method in Exclude<keyof Venue, "watch" | "cancelAll">]: Venue[Method] } = {
    instruments: (signal) => metered("instruments", signal, () => venue.instruments(signal)),
    prices: (instruments, signal) => metered("prices", signal, () => venue.prices(instruments, signal)),
    balances: (account, signal) => metered("balances", signal, () => venue.balances(account, signal)),
    prepare: (request, signal) => metered("prepare", signal, () => venue.prepare(request, signal)),
    submit: (account, attempt, signal) => metered("submit", signal, () => venue.submit(account, attempt, signal)),
    lookup: (attempt, signal) => metered("lookup", signal, () => venue.lookup(attempt, signal)),
    cancel: (attempt, signal) => metered("cancel", signal, () => venue.cancel(attempt, signal)),
    openOrders: (account, signal) => metered("open_orders", signal, () => venue.openOrders(account, signal)),
    fillsSince: (account, after, limit, signal) =>
      metered("fills_since", signal, () => venue.fillsSince(account, after, limit, signal)),
    close: () => venue.close(),
  };
  // What a venue may lack is lacking here too.
  const watch = venue.watch?.bind(venue);
  const cancelAll = venue.cancelAll?.bind(venue);
  const meteredAll = (cancel: NonNullable<typeof cancelAll>): Pick<Venue, "cancelAll"> => ({
    cancelAll: (account, instrument, signal) =>
      metered("cancel_all", signal, () => cancel(account, instrument, signal)),
  });
  return {
    ...requests,
    ...(watch === undefined ? {} : { watch }),
    ...(cancelAll === undefined ? {} : meteredAll(cancelAll)),
  };
}

/** What an answer calls itself, or OK. */
function outcomeOf(answer: unknown): string {
  const isNamed = typeof answer === "object" && answer !== null && "kind" in answer && typeof answer.kind === "string";
  return isNamed ? String(answer.kind) : "OK";
}
