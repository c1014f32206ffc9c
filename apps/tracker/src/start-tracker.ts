import { Auditor, type Desk, Observer, venueAccounts } from "@surefill/core";

/** A running tracker. */
export interface Tracker {
  /** Resolves when everything taken in is recorded. */
  readonly stop: () => Promise<void>;
}

/**
 * Observes every venue account of the desk, each on its own: one that hangs holds back no other. Audits what changes
 * every `auditIntervalMs`; 0: never.
 */
export function startTracker(desk: Desk, options: { readonly auditIntervalMs?: number } = {}): Tracker {
  const observers = venueAccounts(desk.venues).flatMap((venueAccount) => {
    const entry = desk.venues.get(venueAccount.venue);
    return entry === undefined ? [] : [new Observer(desk, entry, venueAccount)];
  });
  for (const observer of observers) observer.start();
  const { auditIntervalMs = 0 } = options;
  const auditor = auditIntervalMs > 0 ? new Auditor(desk, auditIntervalMs) : undefined;
  auditor?.start();
  return {
    stop: async () => {
      await Promise.all([...observers.map((observer) => observer.stop()), auditor?.stop()]);
    },
  };
}
