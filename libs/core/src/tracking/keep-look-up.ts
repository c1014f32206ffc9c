import type { Desk } from "../desk/desk.ts";
import { recordEvidence } from "../desk/record-evidence.ts";
import type { Order } from "../order/order.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { LookupAnswer } from "../venue/venue.ts";

/** Keeps a look-up as evidence: what was asked about an attempt, when, and what came back. */
export async function keepLookUp(
  desk: Desk,
  order: Order,
  attemptNumber: number,
  asked: { readonly askedAt: WallTime; readonly answeredAt: WallTime; readonly answer: LookupAnswer },
): Promise<void> {
  const { askedAt, answeredAt, answer } = asked;
  await recordEvidence(desk, order, {
    ...{ attemptNumber, operation: "LOOKUP", outcome: answer.kind, askedAt, answeredAt, detail: detailOf(answer) },
    ...(answer.kind === "NOT_FOUND" ? { asOf: answer.asOf } : {}),
  });
}

function detailOf(answer: LookupAnswer): string {
  switch (answer.kind) {
    case "FOUND": {
      const { evidence, venueOrderId, cumQuantity } = answer.report;
      const name = venueOrderId === undefined ? "" : ` as ${venueOrderId}`;
      return `${evidence.kind}${name}${cumQuantity === undefined ? "" : `, ${cumQuantity} filled`}`;
    }
    case "NOT_FOUND":
      return "";
    case "UNAVAILABLE":
      return `${answer.error.code}: ${answer.error.message}`;
  }
}
