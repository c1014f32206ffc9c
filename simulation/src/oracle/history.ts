import { type Order, wallTime } from "@surefill/core";
import type { MemoryTables } from "@surefill/core/testing";
import type { KnownAttempt } from "./venue-book.ts";

const epoch = wallTime(1_767_225_600_000_000);

/** An order's events, one a line, by the clocks of who wrote them. */
export function historyOf(order: Order, { events, eventPlacesByOrder, attempts }: MemoryTables): readonly string[] {
  const { instruction } = order;
  const head = [
    `${order.orderId} ${instruction.account} at ${instruction.venue}: ${instruction.side} ${JSON.stringify(instruction.size)}`,
    JSON.stringify(instruction.pricing),
  ].join(" ");
  const lines = (eventPlacesByOrder.get(order.orderId) ?? []).flatMap((place) => {
    const record = events[place];
    if (record === undefined) return [];
    const { cause } = record;
    const error = "error" in cause && cause.error !== undefined ? ` ${cause.error.code}: ${cause.error.message}` : "";
    const fill = "fill" in cause ? ` ${cause.fill.lastQuantity} (${cause.fill.venueFillId})` : "";
    const type = record.type === "order.transition" ? cause.type : record.type;
    return [`${seconds(record.at)} v${record.version} ${record.from ?? ""} → ${record.to}: ${type}${fill}${error}`];
  });
  const tries = (attempts.get(order.orderId) ?? []).map(
    ({ number, validUntil, outcome }) =>
      `attempt ${number}: valid until ${validUntil === undefined ? "for ever" : seconds(validUntil)}, ${outcome ?? "unanswered"}`,
  );
  return [head, ...lines, ...tries];
}

/** An attempt as the venue has it. */
export function attemptLine({ submitKey, status, cumQuantity, validUntil }: KnownAttempt): string {
  const until = validUntil === undefined ? "" : `, valid until ${seconds(validUntil)}`;
  return `at the venue: ${submitKey} ${status}, filled ${cumQuantity}${until}`;
}

function seconds(at: number): string {
  return `${((at - epoch) / 1_000_000).toFixed(3)} s`;
}
