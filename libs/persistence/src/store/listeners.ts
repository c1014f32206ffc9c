/** Who listens to a change feed. `onFirst` and `onLast` are called when somebody begins and nobody goes on listening. */
export class Listeners {
  readonly #subscriptions = new Set<{ readonly listener: () => void }>();
  readonly #hooks: { readonly onFirst: () => void; readonly onLast: () => void };

  constructor(hooks: { readonly onFirst: () => void; readonly onLast: () => void }) {
    this.#hooks = hooks;
  }

  /** A listener added twice is called twice. Returns what removes it. */
  add(listener: () => void): () => void {
    const subscription = { listener };
    this.#subscriptions.add(subscription);
    if (this.#subscriptions.size === 1) this.#hooks.onFirst();
    return () => {
      if (this.#subscriptions.delete(subscription) && this.#subscriptions.size === 0) this.#hooks.onLast();
    };
  }

  notify(): void {
    for (const { listener } of [...this.#subscriptions]) listener();
  }

  clear(): void {
    if (this.#subscriptions.size === 0) return;
    this.#subscriptions.clear();
    this.#hooks.onLast();
  }
}
