import type { Plant } from "../src/plant/plant.ts";

export const ackByOrderId: Plant = {
  name: "ack-by-order-id",
  doc: "Of several changes written together, all of one order are acknowledged if one of them is.",
  breaks: ["durable-before-sent", "acknowledged-is-durable"],
  judge: (batch, results) => {
    const committed = new Set(
      batch.filter((_change, index) => results[index]?.kind === "COMMITTED").map(({ order }) => order.orderId),
    );
    return results.map((result, index) => {
      const orderId = batch[index]?.order.orderId;
      return orderId !== undefined && committed.has(orderId) ? { kind: "COMMITTED" } : result;
    });
  },
};
