import type { Kill } from "./kill-plan.ts";
import type { Member } from "./member.ts";
import type { Wire } from "./venue/wire.ts";
import { machineMs } from "./venue/wire-message.ts";

/** How long a blow waits for its victim to be up, or for a submission on the wire; then it strikes all the same. */
const upMsMax = 60_000;
const wireMsMax = 3_000;
const lookEveryMs = 5;

/** A blow that was struck. */
export interface Strike {
  readonly kill: Kill;
  readonly victim: string;
  /** By machineMs. */
  readonly atMs: number;
}

/** Strikes the processes of a run as planned, at instants that the wire to the venue tells. */
export class Killer {
  readonly strikes: Strike[] = [];
  readonly #members: readonly Member[];
  readonly wire: Wire;
  /** How long a submission takes to the venue and back, usually. */
  readonly #flightMs: number;
  /** Restarts and pauses that are not over. */
  readonly #recovering = new Set<Promise<void>>();
  #failure: Error | undefined;

  constructor(members: readonly Member[], wire: Wire, flightMs: number) {
    this.#members = members;
    this.wire = wire;
    this.#flightMs = flightMs;
  }

  /** Strikes once, and does not wait for the victim. @throws Error where a victim of an earlier blow did not come back. */
  async strike(kill: Kill): Promise<void> {
    const victim = kill.onTheWire ? await this.#victimOnTheWire(kill) : await this.#victim(kill);
    if (this.#failure !== undefined) throw this.#failure;
    this.strikes.push({ kill, victim: victim.name, atMs: machineMs() });
    const recovering =
      kill.blow.signal === "SIGKILL" ? victim.kill(kill.blow.againAfterMs) : victim.pause(kill.blow.pausedMs);
    const settled = recovering.catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
    this.#recovering.add(settled);
    void settled.then(() => this.#recovering.delete(settled));
  }

  /** No blow falls any more. */
  giveUp(): void {
    this.#failure ??= new Error("the run is over");
  }

  /** Resolves when every victim is up again. @throws Error for one that is not. */
  async allUp(): Promise<void> {
    await Promise.all(this.#recovering);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Blows that fell while a submission was on its way: of the server struck, or of any server where it was a tracker. */
  get onTheWire(): number {
    return this.strikes.filter(({ kill, victim, atMs }) =>
      this.wire.wasBusy(atMs, kill.role === "server" ? victim : undefined),
    ).length;
  }

  async #victim({ role, pick, share }: Kill): Promise<Member> {
    const up = await this.#anyUp(role);
    await sleep(share * this.#flightMs);
    const still = up.filter(({ isUp }) => isUp);
    const victim = still[Math.floor(pick * still.length)] ?? up[0];
    if (victim === undefined) throw new Error(`no ${role} is up`);
    return victim;
  }

  /** Waits until the venue sees a submission come in, then for a share of its way; again if it was over too soon. */
  async #victimOnTheWire(kill: Kill): Promise<Member> {
    const deadlineMs = performance.now() + wireMsMax;
    for (;;) {
      const up = await this.#anyUp(kill.role);
      const left = deadlineMs - performance.now();
      if (left <= 0) return this.#victim(kill);
      await this.wire.next(left);
      await sleep(kill.share * this.#flightMs);
      const sending = new Set(this.wire.now);
      const victims = up.filter(
        ({ isUp, name, role }) => isUp && (role === "tracker" ? sending.size > 0 : sending.has(name)),
      );
      const victim = victims[Math.floor(kill.pick * victims.length)];
      if (victim !== undefined) return victim;
    }
  }

  async #anyUp(role: Kill["role"]): Promise<readonly Member[]> {
    const deadlineMs = performance.now() + upMsMax;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const up = this.#members.filter((member) => member.role === role && member.isUp);
      if (up.length > 0) return up;
      if (performance.now() > deadlineMs) throw new Error(`no ${role} came up within ${upMsMax} ms`);
      await sleep(lookEveryMs);
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
