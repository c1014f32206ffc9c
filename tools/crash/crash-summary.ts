import { OrderState } from "@surefill/contracts/surefill/v1/order";
import type { CrashOptions } from "./options.ts";
import type { CrashResult } from "./run-crash.ts";
import { attemptNamed } from "./venue/venue-event.ts";

/** The closing line of JSON: what was done to the service, what it did, and what went wrong. */
export function crashSummary({ venue, store, servers, trackers, seed }: CrashOptions, result: CrashResult) {
  const { orders, events } = result.testimony;
  const { strikes, onTheWire } = result.killer;
  const wasDoubtful = orders.filter(({ stateTimes }) => stateTimes.some(({ state }) => state === OrderState.IN_DOUBT));
  return {
    ...{ venue, store, servers, trackers, seed },
    kills: strikes.length,
    sigkill: strikes.filter(({ kill }) => kill.blow.signal === "SIGKILL").length,
    sigstop: strikes.filter(({ kill }) => kill.blow.signal === "SIGSTOP").length,
    kills_on_the_wire: onTheWire,
    killed_again_starting: strikes.filter(({ kill }) => "againAfterMs" in kill.blow).length,
    database_cuts: result.databaseCuts,
    failed_starts: result.failedStarts,
    orders: result.testimony.promised.length,
    filled: orders.filter(({ state }) => state === OrderState.FILLED).length,
    in_doubt: wasDoubtful.length,
    second_attempts: orders.filter(({ attemptCount }) => attemptCount > 1).length,
    dead_on_arrival: events.filter((event) => event.type === "REFUSED" && event.wasDead).length,
    sent_by: sentBy(result),
    taken_over: takenOver(result),
    halts: result.halts.length,
    sent_while_halted: result.sentWhileHalted.length,
    cancel_alls: result.halts.filter(({ emptied }) => emptied).length,
    open_after_cancel_all: result.openAfterCancelAll.length,
    repeated_calls: result.repeats,
    resumed_streams: result.resumedStreams,
    missed_events: result.missedEvents.length,
    violations: result.violations.length,
    lost: countOf(result.verdict.lost),
    duplicates: countOf(result.verdict.duplicates),
    stuck: countOf(result.verdict.stuck),
    converged_seconds: rounded(result.convergedMs / 1000),
    seconds: rounded(result.seconds),
  };
}

export type CrashSummary = ReturnType<typeof crashSummary>;

/** What a person reads. */
export function crashText(summary: CrashSummary): string {
  const rows = Object.entries(summary).map(
    ([name, value]) =>
      `  ${name.replaceAll("_", " ").padEnd(24)}${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return `\n${rows.join("\n")}\n\n`;
}

/** What the run must show; a run that proves too little is not a good one either. */
export function faultsOf(summary: CrashSummary, { kills }: CrashOptions): readonly string[] {
  const { lost, duplicates, stuck, orders, kills_on_the_wire: onTheWire } = summary;
  return [
    ...(lost > 0 ? [`${lost} orders lost`] : []),
    ...(duplicates > 0 ? [`${duplicates} orders doubled`] : []),
    ...(summary.missed_events > 0 ? [`${summary.missed_events} events missed by one who followed the stream`] : []),
    ...(summary.violations > 0 ? [`${summary.violations} violations in the database`] : []),
    ...(summary.sent_while_halted > 0 ? [`${summary.sent_while_halted} attempts taken while halted`] : []),
    ...(summary.failed_starts > summary.database_cuts ? [`${summary.failed_starts} starts failed`] : []),
    ...(summary.open_after_cancel_all > 0 ? [`${summary.open_after_cancel_all} open after all was cancelled`] : []),
    ...(stuck > 0 ? [`${stuck} orders stuck`] : []),
    ...(summary.kills < kills ? [`only ${summary.kills} of ${kills} kills`] : []),
    ...(orders < 20 * kills ? [`only ${orders} orders for ${kills} kills: 20 each are needed`] : []),
    ...(onTheWire * 2 < kills ? [`only ${onTheWire} of ${kills} kills while an attempt was on the wire`] : []),
  ];
}

/** Submissions that came in at the venue, by the server that sent them. */
function sentBy({ killer }: CrashResult): Readonly<Record<string, number>> {
  const byLine = Map.groupBy(killer.wire.flights, ({ line }) => line);
  return Object.fromEntries([...byLine].sort().map(([line, flights]) => [line, flights.length]));
}

/** Orders of which one server sent an attempt and another one a later attempt. */
function takenOver({ killer, venue }: CrashResult): number {
  const byOrder = Map.groupBy(
    killer.wire.flights,
    ({ submitKey }) => attemptNamed(submitKey, venue.parseSubmitKey).orderId,
  );
  return [...byOrder.values()].filter((flights) => new Set(flights.map(({ line }) => line)).size > 1).length;
}

function countOf(findings: readonly { readonly order: string }[]): number {
  return new Set(findings.map(({ order }) => order)).size;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
