import type { TableRow } from "../oracle/progress.ts";

const proveNothing = "an earlier attempt's fills, however many, say nothing about the last one, whose fate is open";

/** Rows of the transition table that no run can reach by now, and why. */
export const unreachableRows: Readonly<Partial<Record<TableRow, string>>> = {
  "SUBMITTED FILLED_FULLY": proveNothing,
  "IN_DOUBT FILLED_FULLY": proveNothing,
  "CONFIRMING COMPLETED": "what completes has fills, so that the order is PARTIALLY_FILLED before",
  "CONFIRMING LANDED": "only transactions land, and no venue of transactions is built yet",
  "CANCELLING REJECTED": "what is refused while it is to be cancelled ends CANCELLED",
};
