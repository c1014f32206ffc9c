import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "@surefill/contracts/google/rpc/error_details";
import type { ErrorCode } from "@surefill/core";

/** Why a field was refused, for machines; google.rpc.ErrorInfo.reason of the call. docs/errors.md explains each. */
export type FieldFault = Extract<
  ErrorCode,
  "FIELD_REQUIRED" | "FIELD_MALFORMED" | "FIELD_OUT_OF_RANGE" | "FIELD_UNKNOWN" | "REQUEST_MALFORMED"
>;

/** One field of a request that breaks the contract. */
export interface FieldViolation {
  /** Path in the words of the proto, such as "base_quantity" or "orders[3].tags[\"desk\"]". */
  readonly field: string;
  readonly fault: FieldFault;
  /** For people: what is wrong with it. */
  readonly description: string;
}

/** The domain of every google.rpc.ErrorInfo of this service. */
export const errorDomain = "surefill";

// Details travel in trailers, where gRPC clients take 8 KiB in all by default; what is listed must fit, encoded.
const violationsMax = 10;
const fieldLengthMax = 100;
const descriptionLengthMax = 200;

/**
 * INVALID_ARGUMENT with google.rpc.BadRequest (the first ten violations) and google.rpc.ErrorInfo (of the first one;
 * its metadata names the field).
 */
export function badRequest(first: FieldViolation, ...others: readonly FieldViolation[]): ConnectError {
  const violations = [first, ...others.slice(0, violationsMax - 1)].map(({ field, fault, description }) => ({
    field: clipped(field, fieldLengthMax),
    reason: fault,
    description: clipped(description, descriptionLengthMax),
  }));
  const field = clipped(first.field, fieldLengthMax);
  const rest = others.length > 0 ? ` (and ${others.length} more)` : "";
  const message = `${field ? `${field}: ` : ""}${clipped(first.description, descriptionLengthMax)}${rest}`;
  return new ConnectError(message, Code.InvalidArgument, undefined, [
    { desc: ErrorInfoSchema, value: { reason: first.fault, domain: errorDomain, metadata: field ? { field } : {} } },
    { desc: BadRequestSchema, value: { fieldViolations: violations } },
  ]);
}

function clipped(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
}
