import { type OrderId, orderId, type SubmitKey, submitKey } from "@surefill/core";

const pattern = /^sim_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([1-9][0-9]{0,8})$/;

/** The submit key of an order's attempt: always the same one, so that a restart finds it again. */
export function simSubmitKey(orderId: OrderId, attemptNumber: number): SubmitKey {
  return submitKey(`sim_${orderId.replaceAll("-", "")}_${attemptNumber}`);
}

/** The order and attempt that a submit key stands for, or undefined if it is none of ours: for audits of the log. */
export function parseSimSubmitKey(key: string): { orderId: OrderId; attemptNumber: number } | undefined {
  const [, a, b, c, d, e, number] = pattern.exec(key) ?? [];
  if (number === undefined) return undefined;
  return { orderId: orderId([a, b, c, d, e].join("-")), attemptNumber: Number(number) };
}
