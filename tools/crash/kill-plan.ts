import type { Random } from "@surefill/core";

export type Role = "server" | "tracker";

export type Blow =
  /** Killed and started again at once; and killed once more while it comes up, where `againAfterMs` says so. */
  | { readonly signal: "SIGKILL"; readonly againAfterMs?: number }
  /** Stopped for so long, and let go on. */
  | { readonly signal: "SIGSTOP"; readonly pausedMs: number };

/** One blow against one process. */
export interface Kill {
  readonly number: number;
  readonly role: Role;
  /** Which process of that role: a unit to pick one by. */
  readonly pick: number;
  readonly blow: Blow;
  /** Waits for a submission on the wire, then for this share of its way; else strikes whatever is going on. */
  readonly onTheWire: boolean;
  readonly share: number;
  /** Breaks every connection to the database first, where it has any. */
  readonly cutsConnections: boolean;
}

const serverShare = 0.7;
const killShare = 0.65;
const onTheWireShare = 0.8;
/** Pauses are short, or longer than a lease and an attempt last. */
const longPauseShare = 0.4;
const shortPauseMsMax = 800;
const againShare = 0.25;
/** About as long as a start takes. */
const againMsMax = 1_500;
const cutShare = 0.25;

/** What the blows of a run are planned for. */
export interface KillPlanOptions {
  readonly kills: number;
  /** 0: there are none of their own to be struck. */
  readonly trackers: number;
  /** Longer than leases and attempts last. */
  readonly longPauseMs: number;
}

/** The blows of a run, in turn. */
export function killPlan({ kills, trackers, longPauseMs }: KillPlanOptions, random: Random): readonly Kill[] {
  return Array.from({ length: kills }, (_, index) => {
    const role = random.unit() < serverShare || trackers === 0 ? "server" : "tracker";
    const isKill = random.unit() < killShare;
    const isLong = random.unit() < longPauseShare;
    const pausedMs = Math.round(isLong ? longPauseMs * (1 + 0.3 * random.unit()) : shortPauseMsMax * random.unit());
    return {
      number: index + 1,
      role,
      pick: random.unit(),
      blow: isKill ? killed(random) : { signal: "SIGSTOP", pausedMs },
      onTheWire: random.unit() < onTheWireShare,
      share: random.unit(),
      cutsConnections: random.unit() < cutShare,
    };
  });
}

function killed(random: Random): Blow {
  if (random.unit() >= againShare) return { signal: "SIGKILL" };
  return { signal: "SIGKILL", againAfterMs: Math.round(againMsMax * random.unit()) };
}
