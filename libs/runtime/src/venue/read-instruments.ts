import { type Instrument, retryClass, SurefillError, type Venue, type VenueId, withDeadline } from "@surefill/core";
import type { VenueSurroundings } from "./open-venues.ts";

/** One question, and all of them together. */
const askMsMax = 10_000;
const patienceMsMax = 30_000;
const waitMs = { first: 100, max: 2_000 } as const;

/**
 * What a venue trades. One that is away for a moment is asked again for half a minute: a server that starts anew amidst
 * an outage must get to the orders that its predecessor left. @throws SurefillError what the venue said last, at once
 * where asking again can't help.
 */
export async function readInstruments(
  venue: Pick<Venue, "instruments">,
  id: VenueId,
  { clock, log, signal }: Pick<VenueSurroundings, "clock" | "log" | "signal">,
): Promise<readonly Instrument[]> {
  const deadlineMs = clock.monotonicMs() + patienceMsMax;
  for (let delayMs: number = waitMs.first; ; delayMs = Math.min(delayMs * 2, waitMs.max)) {
    try {
      return await withDeadline(clock, askMsMax, (late) => venue.instruments(AbortSignal.any([late, signal])));
    } catch (thrown) {
      const error = SurefillError.from(thrown);
      const isFinal = retryClass(error.code) === "fatal" || clock.monotonicMs() + delayMs > deadlineMs;
      if (isFinal) throw error;
      log.warn({ error, venue: id }, "the venue does not tell its instruments; asking again");
      await clock.sleep(delayMs, signal);
      if (signal.aborted) throw error;
    }
  }
}
