import {
  addMs,
  changeOrder,
  clientOrderId,
  expectedPriceOf,
  type Order,
  type OrderEvent,
  orderError,
  orderId,
  placedRecord,
  positionId,
  uuidV7,
  zeroAmount,
  zeroQuantity,
} from "@surefill/core";
import type { SimulatedProcess } from "../process/simulated-process.ts";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";
import { randomInstruction } from "./order-mix.ts";

const ordersPerRun = 8;
const deadlineMs = 4_000;

/** What becomes of an order that waits for a person; nothing at all lets its deadline pass. */
const answers: readonly [OrderEvent | undefined, ...(OrderEvent | undefined)[]] = [
  undefined,
  { type: "CONFIRMED" },
  { type: "DECLINED" },
  { type: "DENIED", error: orderError("RISK_VIOLATION", "the limit was reached meanwhile") },
  { type: "CANCEL_REQUESTED", reason: "a caller's wish" },
];

/**
 * Orders that wait for a person's yes. No call makes them yet, so that they are made, and answered, by core's own
 * changes; what follows from the deadline, and from the yes, is the servers'.
 */
export async function placeForConfirmation(world: World, servers: Servers, withinMs: number): Promise<void> {
  const { time, faults } = world;
  for (let made = 1; made <= ordersPerRun; made += 1) {
    await time.sleep(faults.between(0, (2 * withinMs) / ordersPerRun));
    void live(world, servers, `confirm-${made}`, faults.one(answers));
  }
}

async function live(world: World, servers: Servers, name: string, event: OrderEvent | undefined): Promise<void> {
  const { time, faults, places } = world;
  const character = places[faults.whole(0, places.length - 1)]?.character;
  if (character === undefined) return;
  const instruction = randomInstruction(faults, character, name, world.storeClock.wall());
  const placed = await answered(world, servers, async ({ desk }: SimulatedProcess) => {
    const existing = await desk.store.orders.findByClientOrderId(instruction.account, clientOrderId(name));
    if (existing !== undefined) return existing;
    const at = desk.clock.wall();
    const id = orderId(uuidV7(at, desk.random));
    const terms = { orderId: id, instruction, positionId: positionId(id), simulated: true, requestedAt: at };
    const progress = { version: 1, attemptCount: 0, failedPrepares: 0, fees: {}, updatedAt: at };
    const expectedPrice = expectedPriceOf(instruction);
    const nothing = { cumQuantity: zeroQuantity, cumQuoteQuantity: zeroAmount };
    const order: Order = {
      ...terms,
      ...progress,
      ...nothing,
      ...(expectedPrice === undefined ? {} : { expectedPrice }),
      base: instruction.instrument.split("/")[0] ?? "",
      quote: "USDT",
      stateTimes: { AWAITING_CONFIRMATION: at },
      state: "AWAITING_CONFIRMATION",
      confirmBy: addMs(at, deadlineMs),
    };
    await desk.store.orders.commit({ order, records: [placedRecord(order)], fills: [], postings: [] });
    return order;
  });
  await time.sleep(faults.between(50, deadlineMs / 2));
  if (placed === undefined || event === undefined) return;
  await answered(world, servers, async ({ desk }) => {
    const order = await desk.store.orders.find(placed.orderId);
    if (order?.state !== "AWAITING_CONFIRMATION") return true;
    const change = changeOrder(order, [event], desk.clock.wall());
    return (await desk.store.orders.commit({ versionBefore: order.version, ...change })).kind === "COMMITTED";
  });
}
