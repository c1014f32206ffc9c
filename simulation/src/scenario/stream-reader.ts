import { type EventCursor, followEvents, type OrderEventRecord, type Store } from "@surefill/core";
import { openMemoryStore } from "@surefill/core/testing";
import { MachineClock } from "../time/machine-clock.ts";
import type { World } from "../world.ts";

/** A reader of the event stream who comes back, again and again, with the cursor it has got to. */
export class StreamReader {
  readonly #world: World;
  readonly #store: Store;
  readonly events: OrderEventRecord[] = [];
  #gone = new AbortController();
  #isEnding = false;

  constructor(world: World) {
    this.#world = world;
    const store = openMemoryStore(world.storeClock, world.tables);
    this.#store = world.plant?.store?.(store) ?? store;
  }

  async read(): Promise<void> {
    const clock = new MachineClock(this.#world.time);
    let after: EventCursor = await this.#store.events.head();
    while (!this.#isEnding) {
      this.#gone = new AbortController();
      const stay = this.#world.faults.between(200, 8_000);
      const visit = this.#gone;
      this.#world.time.after(stay, () => visit.abort());
      const stream = followEvents(
        { store: this.#store, clock },
        { after, filter: {}, heartbeatMs: 10_000, signal: visit.signal },
      );
      for await (const { events, cursor } of stream) {
        this.events.push(...events);
        after = cursor;
      }
    }
  }

  end(): void {
    this.#isEnding = true;
    this.#gone.abort();
  }
}
