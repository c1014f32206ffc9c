import { create } from "@bufbuild/protobuf";
import {
  type GetOrderEvidenceRequest,
  type GetOrderEvidenceResponse,
  GetOrderEvidenceResponseSchema,
} from "@surefill/contracts/surefill/v1/control_service";
import { evidenceTimeline } from "@surefill/core";
import { encodeEvidence } from "./encode-evidence.ts";
import { encodeOrder } from "./encode-order.ts";
import { findOrder } from "./find-order.ts";
import type { Serving } from "./serving.ts";

export async function getOrderEvidence(
  { desk }: Serving,
  request: GetOrderEvidenceRequest,
): Promise<GetOrderEvidenceResponse> {
  const order = await findOrder(desk, request.key);
  const entries = await evidenceTimeline(desk, order);
  return create(GetOrderEvidenceResponseSchema, { order: encodeOrder(order), entries: entries.map(encodeEvidence) });
}
