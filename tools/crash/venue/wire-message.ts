/** The name of a line to the venue: one for each process that trades there. */
export type LineName = string;

/**
 * What is told of each submission: when it came in at a line, and when its sender had the answer or was gone. Times are
 * those of `machineMs`.
 */
export interface WireMessage {
  readonly kind: "ARRIVED" | "ENDED";
  readonly line: LineName;
  readonly submitKey: string;
  readonly atMs: number;
}

/** Milliseconds by a clock that all processes of this machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
