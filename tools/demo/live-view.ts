import type { Client } from "@connectrpc/connect";
import type { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { type Order, OrderState, OrderStateSchema } from "@surefill/contracts/surefill/v1/order";
import { Presets, SingleBar } from "cli-progress";

/** Without a terminal, a line is printed each time this share of the orders is done. */
const shareAPrint = 0.1;

/** Shows how far the run is and the transitions as they are recorded; everything goes to standard error. */
export class LiveView {
  readonly #total: number;
  readonly #bar: SingleBar | undefined;
  readonly #stop = new AbortController();
  #done = 0;
  #transitions = 0;
  #last = "";

  constructor(total: number) {
    this.#total = total;
    if (!process.stderr.isTTY) return;
    const format = "{bar} {value}/{total} orders  {transitions} transitions  {last}";
    this.#bar = new SingleBar(
      { format, stream: process.stderr, hideCursor: true, linewrap: false },
      Presets.shades_classic,
    );
    this.#bar.start(total, 0, { transitions: 0, last: "" });
  }

  /** How many transitions were seen. */
  get transitions(): number {
    return this.#transitions;
  }

  /** Follows the event stream until `close`; resolves once the stream has begun, so that no event is missed. */
  async follow(client: Client<typeof ExecutionService>): Promise<void> {
    const begun = Promise.withResolvers<void>();
    void this.#watch(client, begun.resolve).catch(begun.reject);
    await begun.promise;
  }

  orderAnswered(_order: Order | undefined): void {
    this.#done += 1;
    const step = Math.max(1, Math.round(this.#total * shareAPrint));
    if (this.#bar !== undefined) this.#update();
    else if (this.#done % step === 0 || this.#done === this.#total) {
      process.stderr.write(`${this.#done}/${this.#total} orders, ${this.#transitions} transitions; ${this.#last}\n`);
    }
  }

  close(): void {
    this.#stop.abort();
    this.#bar?.stop();
  }

  async #watch(client: Client<typeof ExecutionService>, begun: () => void): Promise<void> {
    try {
      for await (const { message } of client.watchOrders({}, { signal: this.#stop.signal })) {
        begun();
        if (message.case !== "event" || message.value.event?.type !== "order.transition") continue;
        const { event } = message.value;
        this.#transitions += 1;
        this.#last = `${event.clientOrderId} ${stateName(event.fromState)} → ${stateName(event.toState)}`;
        this.#update();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  #update(): void {
    this.#bar?.update(this.#done, { transitions: this.#transitions, last: this.#last });
  }
}

/** A state without its prefix; the state before the first is shown as "new". */
export function stateName(state: OrderState): string {
  if (state === OrderState.UNSPECIFIED) return "new";
  return OrderStateSchema.value[state]?.name.replace("ORDER_STATE_", "") ?? String(state);
}
