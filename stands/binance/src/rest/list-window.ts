import { refuse } from "../exchange/spot-refusal.ts";
import type { Parameters } from "./parameters.ts";

const dayMs = 86_400_000;
const limitDefault = 500;
const limitMax = 1_000;

interface Listed {
  readonly id: number;
  readonly at: number;
}

/** What a list is asked for: from an id, in a time, or else its newest. */
export interface ListWindow {
  readonly fromId: number | undefined;
  readonly startTime: number | undefined;
  readonly endTime: number | undefined;
  readonly limit: number;
}

/** @throws SpotRefusal −1127 for more than 24 hours, −1128 for a time together with an id. */
export function listWindowOf(parameters: Parameters, idName: "fromId" | "orderId"): ListWindow {
  const fromId = parameters.integer(idName);
  const startTime = parameters.integer("startTime");
  const endTime = parameters.integer("endTime");
  const limit = Math.min(parameters.integer("limit") ?? limitDefault, limitMax);
  if (limit < 1) throw refuse.parameter("limit");
  if (fromId !== undefined && (startTime !== undefined || endTime !== undefined)) throw refuse.combination();
  if (startTime !== undefined && endTime !== undefined && endTime - startTime > dayMs) throw refuse.moreThan24Hours();
  return { fromId, startTime, endTime, limit };
}

/**
 * The page of `all`, oldest first: from an id or a start onwards, else the newest. A start alone reaches 24 hours and no
 * further, whatever came later.
 */
export function pageOf<Item extends Listed>(all: readonly Item[], window: ListWindow): readonly Item[] {
  const { fromId, startTime, limit } = window;
  if (fromId !== undefined) return all.filter(({ id }) => id >= fromId).slice(0, limit);
  const endTime = window.endTime ?? (startTime === undefined ? Number.POSITIVE_INFINITY : startTime + dayMs);
  const within = all.filter(({ at }) => at >= (startTime ?? 0) && at <= endTime);
  return startTime === undefined ? within.slice(-limit) : within.slice(0, limit);
}
