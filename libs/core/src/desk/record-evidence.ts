import type { Order } from "../order/order.ts";
import { keptDetail, type VenueEvidence } from "../store/evidence-log.ts";
import type { Desk } from "./desk.ts";

/**
 * Keeps what the venue was asked and answered, for whoever looks into a doubt later. It comes after what the answer
 * proves is recorded, and trading goes on without it: a row that can't be written is a warning.
 */
export async function recordEvidence(
  desk: Desk,
  { orderId }: Pick<Order, "orderId">,
  evidence: Omit<VenueEvidence, "orderId">,
): Promise<void> {
  try {
    await desk.store.evidence.append({ ...evidence, orderId, detail: keptDetail(evidence.detail) });
  } catch (error) {
    desk.log.warn({ error, order_id: orderId, operation: evidence.operation }, "evidence was not kept");
  }
}
