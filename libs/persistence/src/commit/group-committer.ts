import { SurefillError } from "@surefill/core";

/** From so many items on, a burst that finds everything idle leaves in two halves. */
const burstItems = 64;

/** One result per item, in order; an error refuses that item alone. It should send what it sends before it awaits. */
export type Flush<Item, Result> = (items: readonly Item[]) => Promise<readonly (Result | SurefillError)[]>;

export interface GroupLimits {
  /** Items in one flush. */
  readonly itemsMax: number;
  /** Bytes in one flush, as far as the items tell; an item that is larger is flushed alone. */
  readonly bytesMax: number;
  /** Items that may wait; more are refused as OVERLOADED. */
  readonly waitingMax: number;
  /** Flushes that may be under way at the same time. */
  readonly lanes: number;
}

export const defaultGroupLimits: GroupLimits = {
  itemsMax: 1_000,
  bytesMax: 8 * 1024 * 1024,
  waitingMax: 10_000,
  lanes: 1,
};

interface GroupItem {
  /** Two items of one key are never under way together: the second could rest on the first. */
  readonly key: string;
  readonly bytes: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: SurefillError) => void;
}

/**
 * Group commit: items that arrive while a flush is under way are written together by the next one, so that one
 * transaction and one wait for the disk serve them all. Each caller gets the answer to its own item, by its place in
 * the flush, and only once that flush has ended.
 */
export class GroupCommitter<Item extends GroupItem, Result> {
  readonly #flush: Flush<Item, Result>;
  readonly #limits: GroupLimits;
  #waiting: Waiting<Item, Result>[] = [];
  readonly #keysUnderWay = new Set<string>();
  #busyLanes = 0;
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(flush: Flush<Item, Result>, limits: GroupLimits = defaultGroupLimits) {
    this.#flush = flush;
    this.#limits = limits;
  }

  /** @throws SurefillError OVERLOADED, STORE_UNAVAILABLE once closed, or whatever the flush answers for the item. */
  push(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new SurefillError("STORE_UNAVAILABLE", "the store is closed"));
      } else if (this.#waiting.length >= this.#limits.waitingMax) {
        reject(new SurefillError("OVERLOADED", `${this.#limits.waitingMax} changes wait for the database`));
      } else {
        this.#waiting.push({ item, resolve, reject });
        this.#schedule();
      }
    });
  }

  /** Takes nothing more and resolves when everything that was taken is answered. */
  close(): Promise<void> {
    this.#closed = true;
    if (this.#busyLanes === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Waits for the end of this turn of the event loop, so that everything pushed in it goes together. */
  #schedule(): void {
    if (this.#busyLanes === this.#limits.lanes || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#busyLanes < this.#limits.lanes && this.#waiting.length > 0) {
        const waiting = this.#waiting.length;
        void this.#runLane();
        if (this.#waiting.length === waiting) break;
      }
    });
  }

  async #runLane(): Promise<void> {
    const { itemsMax } = this.#limits;
    this.#busyLanes += 1;
    let flight = this.#depart(this.#busyLanes === 1 ? this.#burstMax() : itemsMax);
    while (flight !== undefined) {
      const { batch, answers } = flight;
      const received = await answers;
      for (const { item } of batch) this.#keysUnderWay.delete(item.key);
      // The next batch leaves before the callers of this one are woken: they work while the database does.
      flight = this.#depart(itemsMax);
      settle(batch, received);
    }
    this.#busyLanes -= 1;
    if (this.#busyLanes > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Starts the next flush, if anything waits. */
  #depart(itemsMax: number) {
    const batch = this.#take(itemsMax);
    return batch.length === 0 ? undefined : { batch, answers: this.#answers(batch) };
  }

  /**
   * Callers that all wait for one flush come back together, and the database would idle while they work. A burst that
   * finds everything idle leaves in two halves, which then take turns: one is written while the other's callers work.
   */
  #burstMax(): number {
    const { itemsMax } = this.#limits;
    const waiting = this.#waiting.length;
    return waiting < burstItems ? itemsMax : Math.min(itemsMax, Math.ceil(waiting / 2));
  }

  /** Never rejects. */
  async #answers(batch: readonly Waiting<Item, Result>[]): Promise<readonly (Result | SurefillError)[]> {
    try {
      return await this.#flush(batch.map(({ item }) => item));
    } catch (thrown) {
      const error = SurefillError.from(thrown);
      return batch.map(() => error);
    }
  }

  /** The next flush, in the order of arrival: up to the limits, one item per key and none whose key is under way. */
  #take(itemsMax: number): readonly Waiting<Item, Result>[] {
    const { bytesMax } = this.#limits;
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const keys = new Set(this.#keysUnderWay);
    let bytes = 0;
    for (const entry of this.#waiting) {
      const { item } = entry;
      const fits = batch.length < itemsMax && (batch.length === 0 || bytes + item.bytes <= bytesMax);
      if (fits && !keys.has(item.key)) {
        batch.push(entry);
        bytes += item.bytes;
        this.#keysUnderWay.add(item.key);
      } else {
        left.push(entry);
      }
      // What is left waits in its turn: nothing of its key may overtake it.
      keys.add(item.key);
    }
    this.#waiting = left;
    return batch;
  }
}

function settle<Item, Result>(
  batch: readonly Waiting<Item, Result>[],
  answers: readonly (Result | SurefillError)[],
): void {
  for (const [place, { resolve, reject }] of batch.entries()) {
    const answer = answers[place];
    if (answer === undefined) reject(new SurefillError("INTERNAL", "a flush answered fewer items than it was given"));
    else if (answer instanceof SurefillError) reject(answer);
    else resolve(answer);
  }
}
