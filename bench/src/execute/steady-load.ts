import type { Client } from "@connectrpc/connect";
import { type ExecutionService, WaitFor } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side } from "@surefill/contracts/surefill/v1/order";

/** What a steady load came to. */
export interface LoadResult {
  readonly orders: number;
  readonly filled: number;
  /** From the moment each call was due to its answer, in milliseconds, ascending. */
  readonly latenciesMs: readonly number[];
}

/**
 * Sends `rate` market orders a second for `seconds`, each when it is due whether or not earlier ones have answered, and
 * waits for FILLED. Latency counts from when an order was due, so that a stall is not hidden by orders that came late.
 */
export async function steadyLoad(
  client: Client<typeof ExecutionService>,
  { rate, seconds, run }: { readonly rate: number; readonly seconds: number; readonly run: string },
): Promise<LoadResult> {
  const count = Math.round(rate * seconds);
  const startMs = performance.now() + 50;
  const calls: Promise<{ ms: number; filled: boolean }>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueMs = startMs + (index * 1000) / rate;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    calls.push(execute(client, `${run}-${index}`, index, dueMs));
  }
  const answers = await Promise.all(calls);
  return {
    orders: count,
    filled: answers.filter(({ filled }) => filled).length,
    latenciesMs: answers.map(({ ms }) => ms).sort((a, b) => a - b),
  };
}

async function execute(client: Client<typeof ExecutionService>, id: string, index: number, dueMs: number) {
  const { order } = await client.executeOrder({
    clientOrderId: id,
    account: "paper",
    venue: "sim",
    instrument: "BTC/USDT",
    side: index % 2 === 0 ? Side.BUY : Side.SELL,
    type: OrderType.MARKET,
    size: { case: "baseQuantity", value: "0.01" },
    waitFor: WaitFor.TERMINAL,
  });
  return { ms: performance.now() - dueMs, filled: order?.state === OrderState.FILLED };
}
