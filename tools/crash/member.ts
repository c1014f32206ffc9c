import type { ChildProcess } from "node:child_process";
import { killProcess, type LaunchOptions, launchProcess, stopProcess } from "../launch/launch-process.ts";
import type { Role } from "./kill-plan.ts";

/** As a supervisor does: a process whose database goes away while it starts ends, saying so, and is started again. */
const startsMax = 3;

/** A process of the service that is killed, paused and started again under the same configuration. */
export class Member {
  readonly name: string;
  readonly role: Role;
  readonly #options: LaunchOptions;
  #process: ChildProcess | undefined;
  /** The one that is coming up. */
  #newborn: ChildProcess | undefined;
  #paused = false;
  #isOver = false;
  #failedStarts = 0;
  #starting: Promise<void> | undefined;

  constructor(role: Role, options: LaunchOptions) {
    this.name = options.name;
    this.role = role;
    this.#options = options;
  }

  /** Starts that did not come up, though nobody killed them. */
  get failedStarts(): number {
    return this.#failedStarts;
  }

  /** Up and running, as far as anybody has said. */
  get isUp(): boolean {
    return this.#process !== undefined && !this.#paused && this.#starting === undefined;
  }

  /** With `env` beside what its plan says, this time. @throws Error where it does not start in three tries. */
  start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.#isOver) return Promise.reject(new Error(`${this.name} is not started any more`));
    this.#starting ??= this.#launch(env).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /**
   * SIGKILL, and the next start at once; with `againAfterMs` that one is killed so long after it began, up or not, and
   * started again. Resolves when it is up.
   */
  async kill(againAfterMs?: number): Promise<void> {
    const victim = this.#process;
    this.#process = undefined;
    if (victim === undefined) throw new Error(`${this.name} is not up`);
    await killProcess(victim);
    if (againAfterMs !== undefined) await this.#startInVain(againAfterMs);
    await this.start();
  }

  async #startInVain(killedAfterMs: number): Promise<void> {
    // How far it gets is a matter of luck: that it does not come up is no failure here.
    const starting = this.#launchOnce({}).catch(() => {});
    this.#starting = starting;
    await new Promise((resolve) => setTimeout(resolve, killedAfterMs));
    const newborn = this.#process ?? this.#newborn;
    this.#process = undefined;
    if (newborn !== undefined) await killProcess(newborn);
    await starting;
    this.#process = undefined;
    this.#starting = undefined;
  }

  /** SIGSTOP, and SIGCONT after `ms`. */
  async pause(ms: number): Promise<void> {
    const victim = this.#process;
    if (victim === undefined) throw new Error(`${this.name} is not up`);
    this.#paused = true;
    victim.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, ms));
    victim.kill("SIGCONT");
    this.#paused = false;
  }

  /** Its process id while it is up. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** SIGCONT, for one that was stopped by whomever. */
  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** SIGTERM. @throws Error for one that does not end cleanly. */
  async stop(): Promise<void> {
    await this.#starting;
    const process = this.#process;
    this.#process = undefined;
    if (process !== undefined) await stopProcess(process);
  }

  /** For the end of a run that went wrong. */
  async destroy(): Promise<void> {
    this.#isOver = true;
    this.#newborn?.kill("SIGKILL");
    await this.#starting?.catch(() => {});
    if (this.#process !== undefined) await killProcess(this.#process);
  }

  /** As destroy, where this process ends and can't wait. */
  destroyNow(): void {
    this.#newborn?.kill("SIGKILL");
    this.#process?.kill("SIGKILL");
  }

  async #launch(env: Readonly<Record<string, string>>): Promise<void> {
    for (let starts = 1; ; starts += 1) {
      try {
        return await this.#launchOnce(env);
      } catch (error) {
        if (starts === startsMax || this.#isOver) throw error;
        this.#failedStarts += 1;
      }
    }
  }

  async #launchOnce(env: Readonly<Record<string, string>>): Promise<void> {
    const onSpawned = (newborn: ChildProcess) => {
      this.#newborn = newborn;
    };
    const options = { ...this.#options, env: { ...this.#options.env, ...env }, onSpawned };
    this.#process = (
      await launchProcess(options).finally(() => {
        this.#newborn = undefined;
      })
    ).process;
  }
}
