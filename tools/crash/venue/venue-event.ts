import type { Quantity } from "@surefill/core";

/** What a venue's log says of one attempt of an order. */
interface OfAttempt {
  /** Milliseconds since 1970, by the venue's clock. */
  readonly atMs: number;
  readonly account: string;
  readonly submitKey: string;
  /** The order that the submit key stands for; the key itself where it is none of ours. */
  readonly orderId: string;
  /** 0 where the key is none of ours. */
  readonly attemptNumber: number;
}

/** What any venue's log tells, as far as a run judges by it. */
export type VenueEvent =
  | (OfAttempt & {
      readonly type: "ACCEPTED";
      readonly venueOrderId: string;
      /** In base; filled to this, the order is done. */
      readonly quantity: Quantity;
    })
  | (OfAttempt & { readonly type: "FILLED"; readonly venueFillId: string; readonly quantity: Quantity })
  /** Cancelled or expired, with what it had filled by then. */
  | (OfAttempt & { readonly type: "ENDED" })
  | (OfAttempt & {
      readonly type: "REFUSED";
      readonly reason: string;
      /** It came in after its validity. */
      readonly wasDead: boolean;
    });

/** Reads a venue's submit key; undefined for one that is none of ours. */
export type ParseSubmitKey = (
  submitKey: string,
) => { readonly orderId: string; readonly attemptNumber: number } | undefined;

/** Whose attempt a submit key is, as events say it. */
export function attemptNamed(submitKey: string, parse: ParseSubmitKey): Pick<OfAttempt, "orderId" | "attemptNumber"> {
  return parse(submitKey) ?? { orderId: submitKey, attemptNumber: 0 };
}
