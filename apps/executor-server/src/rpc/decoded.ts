import { type OrderError, orderError } from "@surefill/core";

/** What a request says, or the first field that makes no sense. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | Refused;

export interface Refused {
  readonly ok: false;
  readonly error: OrderError;
}

/** What is wrong with one field, or with two that don't go together. */
export function refused(
  code: "FIELD_REQUIRED" | "FIELD_OUT_OF_RANGE" | "FIELD_CONFLICT",
  field: string,
  description: string,
): Refused {
  return { ok: false, error: orderError(code, `${field}: ${description}`, { field }) };
}

export function notPositive(field: string): Refused {
  return refused("FIELD_OUT_OF_RANGE", field, "must be greater than zero");
}
