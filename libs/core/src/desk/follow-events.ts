import type { EventCursor, EventFilter, LoggedEvent } from "../event/event-log.ts";
import type { Desk } from "./desk.ts";

/** A page of events and the cursor behind it; no events is a sign of life. */
export interface FollowedPage {
  readonly events: readonly LoggedEvent[];
  readonly cursor: EventCursor;
}

export interface FollowOptions {
  /** Go on after this; absent: from now on. */
  readonly after?: EventCursor;
  readonly filter: EventFilter;
  /** Silence after which an empty page is given. */
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

const pageMax = 500;
/** How often the log is read when nothing wakes us. */
const idleMs = 250;
/** Least time between two reads. */
const pauseMs = 5;

/**
 * The event stream from a cursor on, without a gap, until `signal` aborts. The first page is empty and tells where the
 * stream begins. The reader's pace is the stream's pace: nothing is buffered beyond one page.
 */
export async function* followEvents(
  { store, clock }: Pick<Desk, "store" | "clock">,
  { after, filter, heartbeatMs, signal }: FollowOptions,
): AsyncGenerator<FollowedPage> {
  let wake: (() => void) | undefined;
  let changed = false;
  const unsubscribe = store.changes.subscribe(() => {
    changed = true;
    wake?.();
  });
  try {
    const isNarrowed = Object.keys(filter).length > 0;
    let cursor = after ?? (await store.events.head());
    let silentSinceMs = clock.monotonicMs();
    yield { events: [], cursor };
    while (!signal.aborted) {
      changed = false;
      // Behind this head nothing passes the filter if nothing is found: a quiet stream need not read it all again.
      const head = isNarrowed ? await store.events.head() : cursor;
      const events = await store.events.after(cursor, filter, pageMax);
      const last = events.at(-1);
      if (last !== undefined) {
        cursor = last.cursor;
        silentSinceMs = clock.monotonicMs();
        yield { events, cursor };
        if (events.length === pageMax) continue;
      } else {
        cursor = head;
      }
      if (last === undefined && clock.monotonicMs() - silentSinceMs >= heartbeatMs) {
        silentSinceMs = clock.monotonicMs();
        yield { events: [], cursor };
      }
      await clock.sleep(pauseMs, signal);
      if (changed || signal.aborted) continue;
      const woken = new AbortController();
      wake = () => woken.abort("woken");
      await clock.sleep(Math.min(idleMs, heartbeatMs), AbortSignal.any([signal, woken.signal]));
      wake = undefined;
    }
  } finally {
    unsubscribe();
  }
}
