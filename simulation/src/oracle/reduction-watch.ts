import {
  type AccountId,
  type ClientOrderId,
  isTerminal,
  type Order,
  type Position,
  type SignedQuantity,
} from "@surefill/core";
import type { Break } from "./invariant.ts";
import { type OracleView, positionKeyOf } from "./oracle-view.ts";

interface Expected {
  readonly positionKey: string;
  readonly held: SignedQuantity;
}

/**
 * Orders that fit into what is held, with no other order on their position: whatever trading state is in force, they
 * may not be refused for it, unless somebody else moved the position meanwhile.
 */
export class ReductionWatch {
  readonly #view: OracleView;
  readonly #break: Break;
  readonly #expected = new Map<string, Expected>();

  constructor(view: OracleView, breaks: Break) {
    this.#view = view;
    this.#break = breaks;
  }

  /** An order that takes all of `position`, or less, and that nothing rivals, is about to be placed. */
  expect(account: AccountId, clientOrderId: ClientOrderId, position: Position): void {
    const { venue, instrument, positionId, quantity } = position;
    const positionKey = `${venue}/${position.account}/${instrument}/${positionId}`;
    this.#expected.set(`${account}/${clientOrderId}`, { positionKey, held: quantity });
  }

  committed(order: Order): void {
    if (this.#expected.size === 0) return;
    const own = `${order.instruction.account}/${order.instruction.clientOrderId}`;
    for (const [name, { positionKey }] of this.#expected) {
      if (name !== own && positionKeyOf(order) === positionKey) this.#expected.delete(name);
    }
    const expected = this.#expected.get(own);
    if (expected === undefined) return;
    const refusal = [order.lastError?.code, order.cancelRequest?.error?.code].find(
      (code) => code === "TRADING_HALTED" || code === "REDUCE_ONLY",
    );
    if (refusal !== undefined && this.#heldNow(order) === expected.held) {
      this.#break("reductions-pass", `${order.orderId} is refused as ${refusal}, and ${expected.held} are held`);
    }
    if (isTerminal(order)) this.#expected.delete(own);
  }

  #heldNow({ instruction, positionId }: Order): SignedQuantity | undefined {
    const { venue, account, instrument } = instruction;
    for (const position of this.#view.tables.positions.values()) {
      const isIt = position.positionId === positionId && position.venue === venue && position.account === account;
      if (isIt && position.instrument === instrument) return position.quantity;
    }
    return undefined;
  }
}
