/** A wake-up that was asked for. */
export interface Wakeup {
  readonly atMs: number;
  /** Breaks ties: who asked first is woken first. */
  readonly place: number;
  wake: (() => void) | undefined;
}

/**
 * Time that stands still while anything can go on without it, and then jumps to the next wake-up: an hour of a run
 * takes as long as its work. Whole milliseconds, so that what is due together is woken together.
 */
export class VirtualTime {
  #nowMs = 0;
  #asked = 0;
  readonly #heap: Wakeup[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `wake` after `ms`, at the earliest in the next millisecond. */
  after(ms: number, wake: () => void): Wakeup {
    this.#asked += 1;
    const wakeup: Wakeup = { atMs: this.#nowMs + Math.max(1, Math.ceil(ms)), place: this.#asked, wake };
    push(this.#heap, wakeup);
    return wakeup;
  }

  cancel(wakeup: Wakeup): void {
    wakeup.wake = undefined;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Runs until `isDone` or `untilMs`, whichever is first. Returns whether it was done. */
  async run(isDone: () => boolean, untilMs: number): Promise<boolean> {
    for (;;) {
      await everythingThatCanGoOn();
      if (isDone()) return true;
      const next = this.#next();
      if (next === undefined || next.atMs > untilMs) {
        this.#nowMs = Math.max(this.#nowMs, untilMs);
        return false;
      }
      this.#nowMs = next.atMs;
      this.#wakeAll(next.atMs);
    }
  }

  #next(): Wakeup | undefined {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.wake !== undefined) return next;
      pop(this.#heap);
    }
    return undefined;
  }

  #wakeAll(atMs: number): void {
    for (let next = this.#next(); next !== undefined && next.atMs === atMs; next = this.#next()) {
      pop(this.#heap);
      const { wake } = next;
      next.wake = undefined;
      wake?.();
    }
  }
}

/** A turn of the event loop begins when no promise is left that could go on; nothing here waits for real I/O. */
function everythingThatCanGoOn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isSooner(a: Wakeup, b: Wakeup): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.place < b.place);
}

function push(heap: Wakeup[], wakeup: Wakeup): void {
  let place = heap.push(wakeup) - 1;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isSooner(wakeup, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = wakeup;
}

function pop(heap: Wakeup[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    const left = heap[below];
    if (left === undefined) break;
    const right = heap[below + 1];
    let child = left;
    if (right !== undefined && isSooner(right, left)) {
      child = right;
      below += 1;
    }
    if (!isSooner(child, last)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = last;
}
