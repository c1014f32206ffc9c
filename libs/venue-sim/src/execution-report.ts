import type { Evidence, ExecutionReport } from "@surefill/core";
import type { OrderReport } from "./exchange/exchange-api.ts";

/** What a report of the exchange proves about the attempt. */
export function executionReport({
  submitKey,
  instrument,
  venueOrderId,
  status,
  fills,
  cumQuantity,
}: OrderReport): ExecutionReport {
  const evidence: Evidence = { kind: status };
  return { submitKey, instrument, venueOrderId, evidence, fills, cumQuantity };
}
