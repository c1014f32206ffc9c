import { SurefillError } from "../error/surefill-error.ts";
import type { Clock } from "./clock.ts";

/**
 * What `run` gives, if it does so within `msMax` of monotonic time. Otherwise its signal is aborted and nobody waits
 * for it any more, whether it heeds the signal or not. @throws SurefillError DEADLINE_EXCEEDED, or what `run` throws.
 */
export async function withDeadline<T>(
  clock: Clock,
  msMax: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const deadline = clock.sleep(msMax, over.signal).then(() => {
    const error = new SurefillError("DEADLINE_EXCEEDED", `no answer within ${msMax} ms`, {
      context: { ms: String(msMax) },
    });
    if (!over.signal.aborted) late.abort(error);
    throw error;
  });
  // Whoever loses the race may still reject; nobody listens then, which is meant.
  deadline.catch(() => undefined);
  try {
    return await Promise.race([run(late.signal), deadline]);
  } finally {
    // With a reason of ours: without one an exception is made, each time.
    over.abort("in time");
  }
}
