import {
  type Instruction,
  type Order,
  type OrderId,
  type Placement,
  place,
  quantity,
  requestCancel,
  SurefillError,
} from "@surefill/core";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";
import { keeperInstruction, randomInstruction } from "./order-mix.ts";

/**
 * The callers: each repeats its call, with the same client order id and maybe at another server, until it is answered.
 * Some call twice, some with another body, some cancel.
 */
export class Callers {
  readonly #world: World;
  readonly #servers: Servers;
  #underWay = 0;
  #placed = 0;

  constructor(world: World, servers: Servers) {
    this.#world = world;
    this.#servers = servers;
  }

  get isDone(): boolean {
    return this.#underWay === 0;
  }

  /** Orders that rest to the end: while one is live, its account's fills are asked for. */
  placeKeepers(): void {
    for (const { character } of this.#world.places) {
      for (const account of character.accounts) {
        this.#do(() =>
          this.#execute(keeperInstruction(character.venueId, account, `keeper-${character.venueId}-${account}`)),
        );
      }
    }
  }

  /** `count` orders over `withinMs`. */
  async placeMany(count: number, withinMs: number): Promise<void> {
    const { time, faults, places } = this.#world;
    for (let made = 0; made < count; made += 1) {
      this.#placed += 1;
      const some = places[faults.whole(0, places.length - 1)];
      if (some === undefined) return;
      const instruction = randomInstruction(
        faults,
        some.character,
        `order-${this.#placed}`,
        this.#world.storeClock.wall(),
      );
      this.#do(() => this.#live(instruction));
      // Some come together.
      if (faults.happens(0.8)) await time.sleep((2 * faults.between(0, 1) * withinMs) / (0.8 * count));
    }
  }

  /** Cancels whatever still rests: keepers too, once asked for. */
  cancelRests(andKeepers: boolean): void {
    for (const order of this.#world.tables.open.values()) {
      if (order.cancelRequest !== undefined && order.state !== "CONFIRMING" && order.state !== "PARTIALLY_FILLED")
        continue;
      if (!andKeepers && order.instruction.clientOrderId.startsWith("keeper-")) continue;
      this.#do(() => this.#cancel(order.orderId));
    }
  }

  #do(call: () => Promise<void>): void {
    this.#underWay += 1;
    void call().finally(() => {
      this.#underWay -= 1;
    });
  }

  async #live(instruction: Instruction): Promise<void> {
    const { faults, time } = this.#world;
    if (faults.happens(0.08)) this.#do(() => this.#execute(instruction));
    const order = await this.#executed(instruction);
    if (order === undefined) return;
    if (faults.happens(0.05)) this.#do(() => this.#execute(instruction));
    if (faults.happens(0.03)) await this.#executeAnother(instruction, order);
    if (!faults.happens(0.35)) return;
    await time.sleep(faults.happens(0.5) ? faults.between(1, 200) : faults.between(200, 8_000));
    await this.#cancel(order.orderId);
  }

  async #execute(instruction: Instruction): Promise<void> {
    await this.#executed(instruction);
  }

  async #executed(instruction: Instruction): Promise<Order | undefined> {
    const placement = await answered(this.#world, this.#servers, (server) =>
      place(server.desk, instruction, { requestedAt: server.desk.clock.wall() }).then((placed) => {
        // Nothing was stored, and the call is repeated.
        if (placed.kind === "REFUSED" && placed.error.code === "PRICE_UNAVAILABLE")
          throw new SurefillError(placed.error.code, placed.error.message);
        if (placed.kind === "PLACED" && placed.order.state === "PENDING") server.executor?.act(placed.order);
        return placed;
      }),
    );
    return placement && this.#acknowledge(instruction, placement);
  }

  #acknowledge({ account, clientOrderId }: Instruction, placement: Placement): Order | undefined {
    if (placement.kind !== "PLACED" && placement.kind !== "REPLAYED") {
      this.#world.oracle.break("one-order-per-client-id", `${clientOrderId} was answered ${placement.error.code}`);
      return undefined;
    }
    this.#world.oracle.acknowledged(account, clientOrderId, placement.order.orderId);
    return placement.order;
  }

  /** The same client order id with another body must be refused, and change nothing. */
  async #executeAnother(instruction: Instruction, order: Order): Promise<void> {
    const another: Instruction = { ...instruction, size: { in: "BASE", quantity: quantity("77") } };
    const placement = await answered(this.#world, this.#servers, (server) =>
      place(server.desk, another, { requestedAt: server.desk.clock.wall() }),
    );
    if (placement === undefined || placement.kind === "REUSED") return;
    this.#world.oracle.break(
      "one-order-per-client-id",
      `${order.orderId}: another body was answered ${placement.kind}`,
    );
  }

  async #cancel(orderId: OrderId): Promise<void> {
    const cancelled = await answered(this.#world, this.#servers, async ({ desk }) => {
      const order = await desk.store.orders.find(orderId);
      return order && requestCancel(desk, order, "a caller's wish");
    });
    if (cancelled !== undefined) this.#world.oracle.cancelAcknowledged(orderId);
  }
}
