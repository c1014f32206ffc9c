/** Runs tasks of one key one after the other, of different keys side by side, and holds back whoever adds too many. */
export class SerialByKey<Key> {
  readonly #pendingMax: number;
  readonly #tails = new Map<Key, Promise<void>>();
  #pending = 0;
  #freed: (() => void) | undefined;

  constructor(pendingMax: number) {
    this.#pendingMax = pendingMax;
  }

  /** Queues `task`, which must not reject; resolves once there is room for another. */
  async add(key: Key, task: () => Promise<unknown>): Promise<void> {
    this.#pending += 1;
    const tail = (this.#tails.get(key) ?? Promise.resolve()).then(task).then(() => {
      this.#pending -= 1;
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      this.#freed?.();
    });
    this.#tails.set(key, tail);
    while (this.#pending >= this.#pendingMax) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#freed = resolve;
      await promise;
    }
  }

  /** Resolves when nothing that was added before is pending. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
