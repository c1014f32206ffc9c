import {
  addSignedQuantity,
  type Fill,
  minus,
  type Order,
  type SignedQuantity,
  signedBySide,
  signedQuantity,
  venueAccountKey,
} from "@surefill/core";
import type { MemoryTables } from "@surefill/core/testing";

/** Sums of signed fills, net of fees in base, by position and by holding: kept apart from the code that is judged. */
export class HoldingSums {
  readonly #positions = new Map<string, SignedQuantity>();
  readonly #holdings = new Map<string, SignedQuantity>();

  add(order: Order, fill: Fill): void {
    const gross = signedBySide(order.instruction.side, fill.lastQuantity);
    const net = fill.fee?.asset === order.base ? signedQuantity(minus(gross, fill.fee.amount)) : gross;
    const holding = `${venueAccountKey(order.instruction)}/${order.instruction.instrument}`;
    add(this.#holdings, holding, net);
    add(this.#positions, `${holding}/${order.positionId}`, net);
  }

  /** Where the stored sums are others, or undefined. */
  differenceFrom({ positions, holdings }: MemoryTables): string | undefined {
    const stored = new Map<string, SignedQuantity>();
    for (const row of holdings.values()) stored.set(`${venueAccountKey(row)}/${row.instrument}`, row.quantity);
    const storedPositions = new Map<string, SignedQuantity>();
    for (const row of positions.values()) {
      storedPositions.set(`${venueAccountKey(row)}/${row.instrument}/${row.positionId}`, row.quantity);
    }
    return difference(this.#holdings, stored) ?? difference(this.#positions, storedPositions);
  }
}

function add(sums: Map<string, SignedQuantity>, key: string, change: SignedQuantity): void {
  const before = sums.get(key);
  sums.set(key, before === undefined ? change : addSignedQuantity(before, change));
}

function difference(
  expected: ReadonlyMap<string, SignedQuantity>,
  stored: ReadonlyMap<string, SignedQuantity>,
): string | undefined {
  for (const [key, quantity] of expected) {
    if (stored.get(key) !== quantity) return `${key} is ${stored.get(key) ?? "absent"}, its fills are ${quantity}`;
  }
  const extra = [...stored.keys()].find((key) => !expected.has(key));
  return extra && `${extra} has no fills`;
}
