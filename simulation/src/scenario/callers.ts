import {
  attemptOf,
  covers,
  type Instruction,
  isTerminal,
  type Order,
  type OrderId,
  orderId,
  type Placement,
  type Position,
  place,
  quantity,
  requestCancel,
  SurefillError,
  type TradingScope,
  venueAccountKey,
} from "@surefill/core";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";
import { keeperInstruction, randomInstruction, reducingInstruction } from "./order-mix.ts";
import { isPoisonous, poisonName, poisons } from "./poison.ts";

/** Of all orders, those that reduce a position; and how much of it some of them take: also more than there is. */
const reductions = { share: 0.12, partMin: 0.3, partMax: 1.2 } as const;
const keeperPrefix = "keeper-";

/**
 * The callers: each repeats its call, with the same client order id and maybe at another server, until it is answered.
 * Some call twice, some with another body, some cancel.
 */
export class Callers {
  readonly #world: World;
  readonly #servers: Servers;
  #underWay = 0;
  #placed = 0;
  #keepers = 0;

  constructor(world: World, servers: Servers) {
    this.#world = world;
    this.#servers = servers;
  }

  get isDone(): boolean {
    return this.#underWay === 0;
  }

  /** Orders that rest to the end, one for each venue account that has none. */
  placeKeepers(): void {
    const kept = this.#keptAccounts();
    for (const { character } of this.#world.places) {
      for (const account of character.accounts) {
        if (kept.has(venueAccountKey({ venue: character.venueId, account }))) continue;
        this.#keepers += 1;
        const instruction = keeperInstruction(character.venueId, account, `${keeperPrefix}${this.#keepers}`);
        this.#do(() => this.#execute(instruction));
      }
    }
  }

  /** One order of each kind that nothing can be done with. */
  async placePoison(withinMs: number): Promise<void> {
    const { time, faults, places, storeClock } = this.#world;
    for (const poison of poisons) {
      await time.sleep(faults.between(0, withinMs / poisons.length));
      const some = places[faults.whole(0, places.length - 1)];
      if (some === undefined) return;
      const instruction = randomInstruction(faults, some.character, poisonName(poison, 1), storeClock.wall());
      // What rests can't be told to go, and would rest for ever.
      this.#do(() => this.#execute({ ...instruction, pricing: { type: "MARKET", timeInForce: "IOC" } }));
    }
  }

  /**
   * Closes at most `countMax` positions in `scope` that no other order is about: these may not be refused for any
   * trading state. Returns the orders.
   */
  reduceQuietPositions(scope: TradingScope, countMax: number): readonly Instruction[] {
    const { tables, faults, oracle } = this.#world;
    const busy = new Set([...tables.open.values()].map(({ positionId }) => positionId));
    const quiet = [...tables.positions.values()].filter(
      (position) => covers(scope, position) && !busy.has(position.positionId) && hasEndedOpener(this.#world, position),
    );
    const chosen = quiet.slice(-countMax).flatMap((position) => {
      this.#placed += 1;
      const instruction = reducingInstruction(faults, position, `close-${this.#placed}`);
      return instruction === undefined ? [] : [{ position, instruction }];
    });
    for (const { position, instruction } of chosen) {
      oracle.reductions.expect(instruction.account, instruction.clientOrderId, position);
      this.#do(() => this.#execute(instruction));
    }
    return chosen.map(({ instruction }) => instruction);
  }

  /** `count` orders over `withinMs`. */
  async placeMany(count: number, withinMs: number): Promise<void> {
    const { time, faults, places } = this.#world;
    for (let made = 0; made < count; made += 1) {
      this.#placed += 1;
      const some = places[faults.whole(0, places.length - 1)];
      if (some === undefined) return;
      const name = `order-${this.#placed}`;
      const instruction =
        this.#reduction(name) ?? randomInstruction(faults, some.character, name, this.#world.storeClock.wall());
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
      if (isPoisonous(order) || (!andKeepers && isKeeper(order)) || this.#isLeftAlone(order)) continue;
      this.#do(() => this.#cancel(order.orderId));
    }
  }

  #isLeftAlone(order: Order): boolean {
    const submitKey = attemptOf(order)?.submitKey;
    return submitKey !== undefined && this.#world.places.some(({ forgotten }) => forgotten.isLeftAlone(submitKey));
  }

  #keptAccounts(): ReadonlySet<string> {
    const keepers = [...this.#world.tables.open.values()].filter(
      (order) => isKeeper(order) && order.cancelRequest === undefined,
    );
    return new Set(keepers.map(({ instruction }) => venueAccountKey(instruction)));
  }

  #reduction(name: string): Instruction | undefined {
    const { faults, tables } = this.#world;
    if (!faults.happens(reductions.share)) return undefined;
    const held = [...tables.positions.values()].filter(({ quantity: some }) => some !== "0");
    const position = held[faults.whole(0, held.length - 1)];
    if (position === undefined) return undefined;
    const share = faults.happens(0.5) ? 1 : faults.between(reductions.partMin, reductions.partMax);
    return reducingInstruction(faults, position, name, share);
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
    this.#world.oracle.acknowledgements.ordered(account, clientOrderId, placement.order.orderId);
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

  async #cancel(id: OrderId): Promise<void> {
    const cancelled = await answered(this.#world, this.#servers, async ({ desk }) => {
      const order = await desk.store.orders.find(id);
      return order && requestCancel(desk, order, "a caller's wish");
    });
    if (cancelled !== undefined) this.#world.oracle.acknowledgements.cancelled(id);
  }
}

/** Whether an order is one of those that rest to the end. */
export function isKeeper({ instruction }: Pick<Order, "instruction">): boolean {
  return instruction.clientOrderId.startsWith(keeperPrefix);
}

/** Positions are named after the order that opened them. */
function hasEndedOpener({ tables }: World, position: Position): boolean {
  const opener = tables.orders.get(orderId(position.positionId));
  return opener === undefined || isTerminal(opener);
}
