import { createHash } from "node:crypto";
import { type FaultKind, faultKinds } from "../fault/fault-kind.ts";
import type { Violation } from "../oracle/invariant.ts";
import { type TableRow, tableRows } from "../oracle/progress.ts";
import type { SeedResult } from "./run-seed.ts";
import { unreachableRows } from "./unreachable-rows.ts";

/** What many runs showed together. */
export interface Tally {
  readonly seeds: number;
  readonly orders: number;
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly transitions: Readonly<Record<TableRow, number>>;
  readonly adopted: number;
  readonly proven_absent: number;
  readonly late_fills: number;
  readonly violations: readonly (Violation & { readonly seed: number })[];
  /** Of the runs' hashes, by seed. */
  readonly hash: string;
  /** Fault kinds and rows of the transition table that no run met, though they can be met. */
  readonly not_reached: readonly string[];
  /** Rows that were met though they are listed as unreachable. */
  readonly wrongly_listed: readonly string[];
}

export function tally(results: readonly SeedResult[]): Tally {
  const bySeed = [...results].sort((a, b) => a.seed - b.seed);
  const faults = sums(
    faultKinds,
    bySeed.map((result) => result.faults),
  );
  const transitions = sums(
    tableRows,
    bySeed.map((result) => result.transitions),
  );
  const hash = createHash("sha256");
  for (const result of bySeed) hash.update(`${result.seed} ${result.hash}\n`);
  const total = (of: (result: SeedResult) => number) => bySeed.reduce((sum, result) => sum + of(result), 0);
  return {
    seeds: bySeed.length,
    orders: total(({ orders }) => orders),
    faults,
    transitions,
    adopted: total(({ adopted }) => adopted),
    proven_absent: total(({ provenAbsent }) => provenAbsent),
    late_fills: total(({ lateFills }) => lateFills),
    violations: bySeed.flatMap(({ seed, violation }) => (violation === undefined ? [] : [{ seed, ...violation }])),
    hash: hash.digest("hex"),
    not_reached: [
      ...faultKinds.filter((kind) => faults[kind] === 0),
      ...tableRows.filter((row) => transitions[row] === 0 && !(row in unreachableRows)),
    ],
    wrongly_listed: tableRows.filter((row) => transitions[row] > 0 && row in unreachableRows),
  };
}

function sums<Key extends string>(
  keys: readonly Key[],
  counts: readonly Readonly<Partial<Record<Key, number>>>[],
): Readonly<Record<Key, number>> {
  const totals = keys.map((key) => [key, counts.reduce((sum, count) => sum + (count[key] ?? 0), 0)] as const);
  return Object.fromEntries(totals) as Record<Key, number>;
}
