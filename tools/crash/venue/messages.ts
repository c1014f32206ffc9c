/** The name of a line to the venue: one for each process that trades there. */
export type LineName = string;

/** What the venue's process is started with. */
export interface VenueSettings {
  /** As venue-sim is configured, but for the port. */
  readonly sim: Readonly<Record<string, unknown>>;
  /** Where the exchange itself listens, behind the lines. */
  readonly exchangePort: number;
  /** The ports at which the processes believe to find the exchange. */
  readonly lines: readonly { readonly name: LineName; readonly port: number }[];
  /** How long a request is valid; late arrivals are about as late. */
  readonly requestWindowMs: number;
  readonly seed: number;
  /** Whether the lines are bad from the start, until the venue is told to be calm. */
  readonly faults: boolean;
}

/**
 * What the venue's process tells of each submission: when it came in at a line, and when its sender had the answer or
 * was gone. Times are those of `machineMs`.
 */
export interface WireMessage {
  readonly kind: "ARRIVED" | "ENDED";
  readonly line: LineName;
  readonly submitKey: string;
  readonly atMs: number;
}

/** To the venue's process: from now on the lines are good. */
export const calm = "CALM";

/** Milliseconds by a clock that all processes of this machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
