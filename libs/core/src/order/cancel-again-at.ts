import { addMs, elapsedMs, type WallTime } from "../time/wall-time.ts";

/** What a cancel came to that has not ended its order yet. */
type Answer = "TAKEN" | "UNANSWERED";

/** How long a cancel waits at least before it is sent again: for the end to be reported, or after its answer was lost. */
const leastMs: Readonly<Record<Answer, number>> = { TAKEN: 5_000, UNANSWERED: 1_000 };
/** Of the time that the cancel has been wanted for: a venue which never answers is not asked every second for ever. */
const share = 0.25;
/** The longest wait for what an order follows: a caller waits for it. */
const mostMsDefault = 30_000;

/** When a cancel that has been wanted since `since` is sent again; never later than `mostMs` from `now`. */
export function cancelAgainAt(
  since: WallTime,
  now: WallTime,
  answer: Answer,
  mostMs: number = mostMsDefault,
): WallTime {
  // A wish from the time to come was written by a clock that was ahead: its age is unknown, and may be long or short.
  const ageMs = elapsedMs(since, now);
  const most = ageMs < 0 ? Math.min(mostMs, mostMsDefault) : mostMs;
  return addMs(now, Math.min(Math.max(leastMs[answer], Math.abs(ageMs) * share), most));
}
