import { type Desk, Observer, venueAccounts } from "@surefill/core";

/** A running tracker. */
export interface Tracker {
  /** Resolves when everything taken in is recorded. */
  readonly stop: () => Promise<void>;
}

/** Observes every venue account of the desk, each on its own: one that hangs holds back no other. */
export function startTracker(desk: Desk): Tracker {
  const observers = venueAccounts(desk.venues).flatMap((venueAccount) => {
    const entry = desk.venues.get(venueAccount.venue);
    return entry === undefined ? [] : [new Observer(desk, entry, venueAccount)];
  });
  for (const observer of observers) observer.start();
  return {
    stop: async () => {
      await Promise.all(observers.map((observer) => observer.stop()));
    },
  };
}
