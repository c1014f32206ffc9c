import { createHash } from "node:crypto";
import {
  applyEvent,
  type Order,
  type OrderChange,
  type OrderEventType,
  type Phase,
  phaseOf,
  phases,
  transitionTable,
} from "@surefill/core";

import { isTransitionRecord } from "./transition-record.ts";

/** A row of the transition table: the phase, and what happened in it. */
export type TableRow = `${Phase} ${OrderEventType}`;

export const tableRows: readonly TableRow[] = phases.flatMap((phase) =>
  (Object.keys(transitionTable[phase]) as OrderEventType[]).map((event): TableRow => `${phase} ${event}`),
);

/** What happened in a run, counted as it becomes durable, and the hash of it all. */
export class Progress {
  orders = 0;
  adopted = 0;
  provenAbsent = 0;
  lateFills = 0;
  readonly transitions = new Map<TableRow, number>();
  readonly #hash = createHash("sha256");

  committed(before: Order | undefined, { order, records, attempt }: OrderChange): void {
    let step = before;
    for (const record of records) {
      this.#hash.update(`${record.orderId} ${record.version} ${record.type} ${record.cause.type} ${record.at}\n`);
      if (record.type === "order.late_fill") this.lateFills += 1;
      const { cause } = record;
      if (cause.type === "PLACED") {
        this.orders += 1;
        step = order;
      }
      if (step === undefined || !isTransitionRecord(record)) continue;
      const row: TableRow = `${phaseOf(step)} ${record.cause.type}`;
      this.transitions.set(row, (this.transitions.get(row) ?? 0) + 1);
      if (step.state === "IN_DOUBT" && record.cause.type === "ACCEPTED") this.adopted += 1;
      const applied = applyEvent(step, record.cause, record.at);
      if (applied.ok) step = applied.order;
    }
    const isProof = attempt?.kind === "ANSWERED" && attempt.outcome === "ABSENT" && records.length > 0;
    if (isProof) this.provenAbsent += 1;
  }

  /** Of every event so far, in the order in which they became durable. */
  hash(): string {
    return this.#hash.copy().digest("hex");
  }
}
