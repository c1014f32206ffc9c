import { describe, expect, it } from "vitest";
import { after, frozen, orderIn, sampleEvents } from "../testing/order-fixtures.ts";
import { applyEvent } from "./apply-event.ts";
import { type Order, phaseOf } from "./order.ts";
import type { OrderEventType } from "./order-event.ts";
import { isFinal, type Phase, phases } from "./order-state.ts";
import { nextPhase, transitionTable } from "./transition-table.ts";

/**
 * The state machine as a person reads it, not derived from the code. A row is an event, a column the phase it happens in, a
 * cell the phase after it. "." is refused, "=" stays where it is, OPEN is CONF or PART by whether anything is filled.
 * FAIL~ will run again, FAIL! will not.
 */
const matrix = `
                    PEND  AWAIT SUBM  DOUBT CONF  PART  CXLG  FAIL~ FAIL! FILL  CXLD  EXPD  REJD  DENY
CONFIRMED           .     PEND  .     .     .     .     .     .     .     .     .     .     .     .
DECLINED            .     CXLD  .     .     .     .     .     .     .     .     .     .     .     .
CONFIRMATION_LAPSED .     CXLD  .     .     .     .     .     .     .     .     .     .     .     .
DENIED              .     DENY  .     .     .     .     .     .     .     .     .     .     .     .
ATTEMPT_PREPARED    SUBM  .     .     .     .     .     .     SUBM  .     .     .     .     .     .
RETRY_SCHEDULED     FAIL~ .     FAIL~ FAIL~ FAIL~ .     .     FAIL~ .     .     .     .     .     .
FAILED              FAIL! .     FAIL! FAIL! FAIL! .     .     FAIL! .     .     .     .     .     .
REJECTED            .     .     REJD  REJD  REJD  .     REJD  .     .     .     .     .     .     .
ANSWER_LOST         .     .     DOUBT .     .     .     .     .     .     .     .     .     .     .
VANISHED            .     .     .     .     DOUBT DOUBT DOUBT .     .     .     .     .     .     .
CONTRADICTED        .     .     .     .     DOUBT DOUBT .     .     .     .     .     .     .     .
ACCEPTED            .     .     OPEN  OPEN  .     .     .     CONF  .     .     .     .     .     .
ADOPTED             .     .     .     OPEN  .     .     .     .     .     .     .     .     .     .
DECLARED_DEAD       .     .     .     CXLD  .     .     .     .     .     .     .     .     .     .
LANDED              .     .     .     .     =     .     .     .     .     .     .     .     .     .
FILLED_PARTLY       .     .     PART  PART  PART  PART  =     PART  =     =     =     =     =     .
FILLED_FULLY        .     .     FILL  FILL  FILL  FILL  FILL  FILL  =     =     =     =     =     .
COMPLETED           .     .     FILL  FILL  FILL  FILL  FILL  .     .     .     .     .     .     .
CANCEL_REQUESTED    CXLD  CXLD  =     =     CXLG  CXLG  .     CXLD  .     .     .     .     .     .
EXPIRE_TIME_PASSED  EXPD  .     =     =     CXLG  CXLG  .     EXPD  .     .     .     .     .     .
CANCEL_STARTED      .     .     .     .     CXLG  CXLG  .     .     .     .     .     .     .     .
CANCEL_SENT         .     .     .     .     .     .     =     .     .     .     .     .     .     .
CANCEL_UNANSWERED   .     .     .     .     .     .     =     .     .     .     .     .     .     .
CANCEL_REFUSED      .     .     .     .     .     .     OPEN  .     .     .     .     .     .     .
CANCELLED           .     .     CXLD  CXLD  CXLD  CXLD  CXLD  .     .     .     .     .     .     .
EXPIRED             .     .     EXPD  EXPD  EXPD  EXPD  EXPD  .     .     .     .     .     .     .
SURPLUS_ATTEMPT     .     .     =     =     =     =     =     =     =     =     =     =     =     .
`;

const phaseNames: Readonly<Record<string, Phase>> = {
  PEND: "PENDING",
  AWAIT: "AWAITING_CONFIRMATION",
  SUBM: "SUBMITTED",
  DOUBT: "IN_DOUBT",
  CONF: "CONFIRMING",
  PART: "PARTIALLY_FILLED",
  CXLG: "CANCELLING",
  "FAIL~": "FAILED_WILL_RETRY",
  "FAIL!": "FAILED_FINAL",
  FILL: "FILLED",
  CXLD: "CANCELLED",
  EXPD: "EXPIRED",
  REJD: "REJECTED",
  DENY: "DENIED",
};

interface Pair {
  readonly phase: Phase;
  readonly event: OrderEventType;
  /** As the cell says, so for "=" the phase itself. */
  readonly so: Phase | "OPEN" | "refused";
}

const pairs: readonly Pair[] = readMatrix(matrix);

function readMatrix(text: string): readonly Pair[] {
  const [columns = [], ...rows] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([event, ...cells]) =>
    columns.map((column, index) => {
      const phase = phaseNamed(column);
      const cell = cells[index];
      const so = cell === "." ? "refused" : cell === "=" ? phase : cell === "OPEN" ? "OPEN" : phaseNamed(cell);
      return { phase, event: eventNamed(event), so };
    }),
  );
}

function phaseNamed(text: string | undefined): Phase {
  const phase = phaseNames[text ?? ""];
  if (phase === undefined) throw new Error(`the matrix has a phase ${text}`);
  return phase;
}

function eventNamed(text: string | undefined): OrderEventType {
  const found = Object.values(sampleEvents).find(({ type }) => type === text);
  if (found === undefined) throw new Error(`the matrix has an event ${text}`);
  return found.type;
}

const listed = pairs.filter(({ so }) => so !== "refused");
const unlisted = pairs.filter(({ so }) => so === "refused");

describe("the matrix", () => {
  it("has every pair of phase and event once", () => {
    const keys = pairs.map(({ phase, event }) => `${phase} ${event}`);
    expect(keys).toHaveLength(14 * 27);
    expect(new Set(keys)).toHaveLength(14 * 27);
    expect(new Set(pairs.map(({ phase }) => phase))).toEqual(new Set(phases));
    expect(new Set(pairs.map(({ event }) => event))).toEqual(new Set(Object.keys(sampleEvents)));
  });
});

describe("the transition table", () => {
  it.each(listed)("$phase: $event leads to $so", ({ phase, event, so }) => {
    expect(nextPhase(phase, event, false)).toBe(so === "OPEN" ? "CONFIRMING" : so);
    expect(nextPhase(phase, event, true)).toBe(so === "OPEN" ? "PARTIALLY_FILLED" : so);
  });

  it.each(unlisted)("$phase: $event is refused", ({ phase, event }) => {
    expect(nextPhase(phase, event, false)).toBeUndefined();
    expect(nextPhase(phase, event, true)).toBeUndefined();
  });

  it("has no row but those of the matrix", () => {
    const rows = Object.entries(transitionTable).flatMap(([phase, row]) =>
      Object.keys(row).map((event) => `${phase} ${event}`),
    );
    expect(new Set(rows)).toEqual(new Set(listed.map(({ phase, event }) => `${phase} ${event}`)));
  });

  it("lets nothing leave a final phase", () => {
    const leaving = listed.filter(({ phase, so }) => isFinal(phase) && so !== phase);
    expect(leaving).toEqual([]);
  });
});

describe("applyEvent on an order of each phase", () => {
  it.each(listed)("given $phase, when $event, so $so", ({ phase, event, so }) => {
    const order = given(phase);
    const applied = applyEvent(order, sampleEvents[event], after(50));
    expect(applied.ok && phaseOf(applied.order)).toBe(so === "OPEN" ? "CONFIRMING" : so);
    expect(applied.ok && applied.order.version).toBe(order.version + 1);
  });

  it.each(unlisted)("given $phase, when $event, so it is refused", ({ phase, event }) => {
    expect(applyEvent(given(phase), sampleEvents[event], after(50))).toEqual({ ok: false, phase, event });
  });

  it("given CANCELLING with a fill, when CANCEL_REFUSED, so PARTIALLY_FILLED", () => {
    const { cumQuantity, cumQuoteQuantity } = orderIn("PARTIALLY_FILLED");
    const order = orderIn("CANCELLING", { cumQuantity, cumQuoteQuantity });
    const applied = applyEvent(order, sampleEvents.CANCEL_REFUSED, after(50));
    expect(applied.ok && applied.order.state).toBe("PARTIALLY_FILLED");
  });

  it("given a failed prepare, when a fill comes of an attempt that never was, so it is refused", () => {
    const { orderId } = orderIn("PENDING");
    const unsent = { ...orderIn("PENDING"), orderId, state: "FAILED", retryAt: after(1_000) } as const;
    expect(applyEvent(unsent, sampleEvents.FILLED_PARTLY, after(50)).ok).toBe(false);
  });
});

/** Frozen, for applyEvent must not write to what it is given. */
function given(phase: Phase): Order {
  return frozen(orderIn(phase));
}
