import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ExecuteOrderRequest,
  ExecuteOrderRequestSchema,
  WaitFor,
} from "@surefill/contracts/surefill/v1/execution_service";
import { OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { SeededRandom } from "@surefill/core";

/** An order of the run, and what its owner does with it. */
export interface PlannedOrder {
  readonly request: ExecuteOrderRequest;
  /** Cancelled once the call has answered, whatever has become of it by then. */
  readonly cancel: boolean;
}

type OrderFields = Exclude<MessageInitShape<typeof ExecuteOrderRequestSchema>, ExecuteOrderRequest>;

/** Where orders of a run go. */
export interface OrderPlace {
  readonly venue: string;
  readonly accounts: readonly string[];
}

/** What the venue's walk starts from. */
export const startPrice = 10_000;
export const instrument = "BTC/USDT";

/**
 * Order number `index` of a run: market orders in base and quote, limit orders near the market that execute, rest or
 * expire, some far away; some cancelled while they rest, and some while they are on their way.
 */
export function plannedOrder(seed: number, index: number, { venue, accounts }: OrderPlace): PlannedOrder {
  const random = new SeededRandom(seed * 1_000_003 + index);
  const common = {
    clientOrderId: `crash-${index}`,
    account: accounts[Math.floor(random.unit() * accounts.length)] ?? "",
    venue,
    instrument,
    side: random.unit() < 0.5 ? Side.BUY : Side.SELL,
    strategyId: "crash",
  };
  const base = { case: "baseQuantity", value: `0.0${1 + Math.floor(random.unit() * 9)}` } as const;
  const order = (fields: OrderFields, cancel: boolean): PlannedOrder => ({
    request: create(ExecuteOrderRequestSchema, { ...common, size: base, ...fields }),
    cancel,
  });
  const kind = random.unit();
  if (kind < 0.5) return order({ type: OrderType.MARKET }, false);
  if (kind < 0.58) return order({ type: OrderType.MARKET, size: { case: "quoteQuantity", value: "250" } }, false);
  // A cancel right behind an order that was merely accepted: it races with the submission.
  if (kind < 0.66) return order({ type: OrderType.MARKET, waitFor: WaitFor.ACCEPTED }, true);
  const near = limitPrice(random.unit() * 0.04 - 0.02);
  if (kind < 0.78) return order({ type: OrderType.LIMIT, limitPrice: near, timeInForce: TimeInForce.IOC }, false);
  if (kind < 0.92) {
    const isCancelled = random.unit() < 0.4;
    return order({ type: OrderType.LIMIT, limitPrice: near, timeInForce: TimeInForce.GTC }, isCancelled);
  }
  const far = limitPrice(common.side === Side.BUY ? -0.2 : 0.2);
  return order({ type: OrderType.LIMIT, limitPrice: far, timeInForce: TimeInForce.GTC }, random.unit() < 0.8);
}

function limitPrice(distance: number): string {
  return (startPrice * (1 + distance)).toFixed(2);
}
