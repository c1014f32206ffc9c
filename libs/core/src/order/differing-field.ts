import { type Instruction, isPostOnly, limitPriceOf, triggerPriceOf } from "./instruction.ts";

type Comparable = Readonly<Record<string, string | number | undefined>>;

/** The instruction as the contract's fields. Decimals are canonical already, so 1.0 and 1.00 are the same body. */
function contractFields(instruction: Instruction): Comparable {
  const { pricing, size, tags } = instruction;
  return {
    account: instruction.account,
    client_order_id: instruction.clientOrderId,
    venue: instruction.venue,
    instrument: instruction.instrument,
    side: instruction.side,
    type: pricing.type,
    time_in_force: pricing.timeInForce,
    base_quantity: size.in === "BASE" ? size.quantity : undefined,
    quote_quantity: size.in === "QUOTE" ? size.amount : undefined,
    limit_price: limitPriceOf(pricing),
    trigger_price: triggerPriceOf(pricing),
    post_only: String(isPostOnly(pricing)),
    expected_price: instruction.expectedPrice,
    max_slippage_bps: instruction.maxSlippageBps,
    expire_time: instruction.expireTime,
    execution_timeout: instruction.executionTimeoutMs,
    purpose: instruction.purpose,
    position_id: instruction.positionId,
    strategy_id: instruction.strategyId,
    tags: JSON.stringify(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** The contract's name of the first field in which two instructions differ, or undefined if they are the same body. */
export function differingField(a: Instruction, b: Instruction): string | undefined {
  const fieldsOfB = contractFields(b);
  return Object.entries(contractFields(a)).find(([field, value]) => value !== fieldsOfB[field])?.[0];
}
