import type { Moment } from "../process/life.ts";
import { type Role, SimulatedProcess } from "../process/simulated-process.ts";
import type { World } from "../world.ts";

/** Where a process is struck: at a call of its choice, or at the next one. */
const strikes: readonly [string, ...string[]] = [
  "before venue.submit",
  "before venue.submit",
  "after venue.submit",
  "after venue.submit",
  "before store.orders.commit",
  "after store.orders.commit",
  "after venue.prepare",
  "before venue.cancel",
  "after venue.cancel",
  "after venue.lookup",
  "after venue.fillsSince",
  "after store.leases.acquire",
  "after store.orders.findBySubmitKey",
  "",
  "",
];
/** A process that does not come to that call is struck wherever it is. */
const strikeWithinMs = 1_500;
const restartMs = { min: 50, max: 3_000 } as const;

/** The processes of a run: who dies is replaced. */
export class Fleet {
  readonly #world: World;
  #processes: SimulatedProcess[] = [];
  #started = 0;

  constructor(world: World, servers: number, trackers: number) {
    this.#world = world;
    for (let count = 0; count < servers; count += 1) this.#start("SERVER");
    for (let count = 0; count < trackers; count += 1) this.#start("TRACKER");
  }

  get servers(): readonly SimulatedProcess[] {
    return this.#processes.filter(({ role }) => role === "SERVER");
  }

  get all(): readonly SimulatedProcess[] {
    return this.#processes;
  }

  /** SIGKILL at some call soon; another process of its kind starts a little later. */
  crash(): void {
    this.#strike((process) => {
      const { time, faults, oracle } = this.#world;
      faults.count("crash");
      process.kill();
      this.#processes = this.#processes.filter((one) => one !== process);
      // It may have died between a change and the promise that tells of it.
      time.after(1, () => oracle.checkAll());
      time.after(faults.between(restartMs.min, restartMs.max), () => this.#start(process.role));
    });
  }

  /** SIGSTOP at some call soon, often for longer than leases and requests last; then it goes on as if nothing was. */
  pause(): void {
    this.#strike((process) => {
      const { time, faults } = this.#world;
      faults.count("pause");
      process.life.stop();
      time.after(faults.happens(0.3) ? faults.between(50, 3_000) : faults.between(9_000, 18_000), () =>
        process.life.goOn(),
      );
    });
  }

  #start(role: Role): void {
    this.#started += 1;
    const process = new SimulatedProcess(this.#world, role, `${role.toLowerCase()}-${this.#started}`);
    this.#processes.push(process);
    process.start();
  }

  #strike(blow: (process: SimulatedProcess) => void): void {
    const { faults, time } = this.#world;
    const process = this.#processes[faults.whole(0, this.#processes.length - 1)];
    if (process === undefined || !process.life.isRunning || process.life.onMoment !== undefined) return;
    const where = faults.one(strikes);
    const strike = () => {
      process.life.onMoment = undefined;
      if (process.life.isRunning && !faults.isCalm) blow(process);
    };
    process.life.onMoment = (moment: Moment) => {
      if (where === "" || moment === where) strike();
    };
    time.after(strikeWithinMs, () => {
      if (process.life.onMoment !== undefined) strike();
    });
  }
}
