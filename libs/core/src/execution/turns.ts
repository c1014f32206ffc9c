/** Lets tasks of one key run one after the other, and tasks of different keys side by side. */
export class Turns {
  readonly #tails = new Map<string, Promise<void>>();

  /** What `task` gives, once every task that was given for the key before has ended. */
  async take<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const run = before.then(task);
    const tail = run.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    try {
      return await run;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}
