const never = new Promise<never>(() => undefined);

/** The moments of a process: each call to a port, before it leaves and when its answer is back. */
export type Moment = `${"before" | "after"} ${string}`;

/**
 * Whether a process runs, is stopped (SIGSTOP) or dead (SIGKILL). A process acts through its ports alone, so that one
 * whose calls don't go out, and whose answers don't come in, does nothing that anyone could see.
 */
export class Life {
  #isDead = false;
  #isStopped = false;
  #held: (() => void)[] = [];
  /** Called at each moment; may kill or stop the process there. */
  onMoment: ((moment: Moment) => void) | undefined;

  get isDead(): boolean {
    return this.#isDead;
  }

  get isRunning(): boolean {
    return !this.#isDead && !this.#isStopped;
  }

  kill(): void {
    this.#isDead = true;
    this.#held = [];
  }

  stop(): void {
    this.#isStopped = true;
  }

  goOn(): void {
    this.#isStopped = false;
    const held = this.#held;
    this.#held = [];
    for (const run of held) this.admit(run);
  }

  /** Runs `goOn` now, when the process goes on, or never. */
  admit(goOn: () => void): void {
    if (this.#isDead) return;
    if (this.#isStopped) this.#held.push(goOn);
    else goOn();
  }

  /** A call of the process to a port: it leaves, and its answer arrives, only while the process runs. */
  async through<T>(name: string, call: () => Promise<T>): Promise<T> {
    await this.#reach(`before ${name}`);
    try {
      return await call();
    } finally {
      await this.#reach(`after ${name}`);
    }
  }

  /** A stream that the process reads. */
  async *reading<T>(name: string, stream: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const reader = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.through(name, () => reader.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await reader.return?.();
    }
  }

  #reach(moment: Moment): Promise<void> | undefined {
    if (!this.#isDead && !this.#isStopped) this.onMoment?.(moment);
    if (this.#isDead) return never;
    if (!this.#isStopped) return undefined;
    return new Promise((resolve) => {
      this.#held.push(resolve);
    });
  }
}
