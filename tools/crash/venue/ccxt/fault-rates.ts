import { type Fault, type FaultRate, namedFaults, rateLimited } from "@surefill/stand-binance";

/** How long an order that was taken may be missing from all lists and look-ups. */
export const hiddenMsMax = 800;
const shortMs = 400;

/** How requests meet faults at the exchange; each share is of the requests of its kind. */
export function faultRates(requestWindowMs: number): readonly FaultRate[] {
  const late = (windows: number): Fault => ({ kind: "HELD_BACK", ms: Math.round(windows * requestWindowMs) });
  const slow = (when: "BEFORE" | "AFTER", windows: number): Fault => ({
    ...{ kind: "DELAYED", when, ms: Math.round(windows * requestWindowMs) },
  });
  return [
    ...on("SUBMIT", [
      [0.04, namedFaults.cutAfter],
      [0.03, namedFaults.cutBefore],
      // Some are still good when they arrive, some dead.
      [0.03, late(0.1)],
      [0.03, late(0.5)],
      [0.03, late(0.95)],
      [0.05, late(1.2)],
      [0.02, slow("BEFORE", 0.4)],
      [0.02, slow("BEFORE", 1.1)],
      [0.02, slow("AFTER", 0.4)],
      [0.02, namedFaults.serverErrorAfter],
      [0.02, namedFaults.serverErrorBefore],
      [0.02, namedFaults.timeout],
      [0.01, namedFaults.timeoutBefore],
      [0.01, namedFaults.errorIn200After],
      [0.02, namedFaults.html],
      [0.01, namedFaults.empty],
      [0.01, namedFaults.halfJson],
      [0.01, namedFaults.truncated],
      [0.01, namedFaults.stalled],
      [0.02, namedFaults.busy],
      [0.01, rateLimited(shortMs)],
      [0.02, { kind: "HIDDEN", ms: hiddenMsMax }],
      [0.04, { kind: "HIDDEN", ms: hiddenMsMax, isCut: true }],
    ]),
    ...on("CANCEL", [
      [0.08, namedFaults.cutAfter],
      [0.04, namedFaults.cutBefore],
      [0.05, late(0.3)],
      [0.03, late(1.2)],
      [0.03, namedFaults.serverErrorAfter],
      [0.03, namedFaults.timeout],
      [0.02, namedFaults.html],
      [0.02, namedFaults.busy],
    ]),
    ...on("CANCEL_ALL", [
      [0.1, namedFaults.cutAfter],
      [0.1, namedFaults.cutBefore],
      [0.1, namedFaults.serverErrorAfter],
    ]),
    ...(["LOOKUP", "OPEN_ORDERS", "FILLS"] as const).flatMap((question) =>
      on(question, [
        [0.02, namedFaults.cutBefore],
        [0.01, namedFaults.serverErrorBefore],
        [0.01, namedFaults.html],
        [0.01, namedFaults.empty],
        [0.01, namedFaults.halfJson],
        [0.005, rateLimited(shortMs)],
      ]),
    ),
    ...on("PRICES", [[0.03, namedFaults.cutBefore]]),
  ];
}

function on(operation: FaultRate["on"], shares: readonly (readonly [number, Fault])[]): readonly FaultRate[] {
  return shares.map(([share, fault]) => ({ on: operation, share, fault }));
}
