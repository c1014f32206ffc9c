import type { AccountId } from "@surefill/core";
import type { StandOperation } from "@surefill/venue-testkit";
import { z } from "zod";
import { accountField } from "../exchange/field-schema.ts";

const when = z.enum(["BEFORE", "AFTER"]);
const ms = z.int().min(0).max(86_400_000);

/**
 * What goes wrong with a request. BEFORE: the exchange has done nothing. AFTER: it has done what was asked, and says so
 * in its log; only the answer suffers.
 */
export const faultSchema = z.discriminatedUnion("kind", [
  /** The connection breaks without an answer. */
  z.strictObject({ kind: z.literal("CUT"), when }),
  /** No answer ever; the connection stays. */
  z.strictObject({ kind: z.literal("SILENT"), when }),
  /** BEFORE: the request is held that long, then judged by its recvWindow. AFTER: its answer is. */
  z.strictObject({ kind: z.literal("DELAYED"), when, ms }),
  /** The connection breaks at once; the request arrives after `ms`, or else when deliverHeld is called. */
  z.strictObject({ kind: z.literal("HELD_BACK"), ms: ms.exactOptional() }),
  /** Another answer than the exchange's: an error with its code, HTML, nothing, another shape. */
  z.strictObject({
    kind: z.literal("ANSWERED"),
    when,
    status: z.int().min(200).max(599),
    /** Sent as it is where it is a string, else as JSON. */
    body: z.union([z.string(), z.record(z.string(), z.unknown())]),
    retryAfterMs: ms.exactOptional(),
  }),
  /** Head and half of the body come; the rest after `ms`, or never. */
  z.strictObject({ kind: z.literal("BODY_STALLED"), ms: ms.exactOptional() }),
  /** Half of the body: the connection breaks in it, or it is all that is promised (half a JSON text). */
  z.strictObject({ kind: z.literal("BODY_TRUNCATED"), by: z.enum(["CONNECTION", "SERVER"]) }),
  /**
   * The order is taken, but no question finds it, its trades or its state, for so long; a cancel does. `isCut`: nor does
   * its answer come, for the connection breaks.
   */
  z.strictObject({ kind: z.literal("HIDDEN"), ms, isCut: z.literal(true).exactOptional() }),
  /** A list ends after so many, though there is more. */
  z.strictObject({ kind: z.literal("PAGE_CUT"), keep: z.int().min(0) }),
]);
export type Fault = z.output<typeof faultSchema>;

const operations = [
  "SUBMIT",
  "CANCEL",
  "CANCEL_ALL",
  "LOOKUP",
  "OPEN_ORDERS",
  "FILLS",
  "BALANCES",
  "PRICES",
  "INSTRUMENTS",
  "STREAM",
  "OTHER",
] as const satisfies readonly StandOperation[];

export const operationSchema = z.enum(operations);

/** Which requests a fault waits for. */
const target = {
  on: z.union([operationSchema, z.literal("ANY")]),
  /** Of this account alone. */
  account: accountField.exactOptional(),
};

/** A fault for the next `times` requests that it fits. */
export const queuedFaultSchema = z.strictObject({ ...target, times: z.int().min(1).default(1), fault: faultSchema });
export type QueuedFault = z.input<typeof queuedFaultSchema>;

/** A fault that meets a share of the requests that it fits. */
export const faultRateSchema = z.strictObject({ ...target, share: z.number().min(0).max(1), fault: faultSchema });
export type FaultRate = z.output<typeof faultRateSchema>;

/** What a request is, as far as faults can tell. */
export interface FaultTarget {
  readonly operation: StandOperation;
  readonly account: AccountId | undefined;
}

/** How a fault is counted and logged. */
export function faultName(fault: Fault): string {
  if (fault.kind === "ANSWERED") {
    const code = typeof fault.body === "object" && "code" in fault.body ? `_${String(fault.body.code)}` : "";
    return `ANSWERED_${fault.status}${code}_${fault.when}`;
  }
  if (fault.kind === "HIDDEN") return fault.isCut === true ? "HIDDEN_AND_CUT" : "HIDDEN";
  return "when" in fault ? `${fault.kind}_${fault.when}` : fault.kind;
}
