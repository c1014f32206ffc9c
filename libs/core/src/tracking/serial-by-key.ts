/** Runs tasks of one key one after the other, of different keys side by side, and holds back whoever adds too many. */
export class SerialByKey<Key> {
  readonly #pendingMax: number;
  readonly #tails = new Map<Key, Promise<void>>();
  #pending = 0;
  /** What everyone who is held back waits for: a task that ends. */
  #ended: PromiseWithResolvers<void> | undefined;

  constructor(pendingMax: number) {
    this.#pendingMax = pendingMax;
  }

  /** Queues `task`, which must not reject; resolves once there is room for another. */
  async add(key: Key, task: () => Promise<unknown>): Promise<void> {
    this.#pending += 1;
    const tail = (this.#tails.get(key) ?? Promise.resolve()).then(task).then(() => {
      this.#pending -= 1;
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      this.#ended?.resolve();
      this.#ended = undefined;
    });
    this.#tails.set(key, tail);
    while (this.#pending >= this.#pendingMax) {
      this.#ended ??= Promise.withResolvers<void>();
      await this.#ended.promise;
    }
  }

  /** Resolves when nothing that was added before is pending. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
