import { accountId, clientOrderId, type OrderEventRecord, orderId, venueId, wallTime } from "@surefill/core";
import { causeFromJson, causeToJson } from "./cause-json.ts";
import { type Columns, nullable, required } from "./column.ts";

/** An event, without its place in the stream. It repeats the order's names, so that it can outlive the order's row. */
export interface EventRow {
  readonly order_id: string;
  readonly version: number;
  readonly type: OrderEventRecord["type"];
  readonly client_order_id: string;
  readonly account: string;
  readonly venue: string;
  readonly cause: string;
  readonly from_state: NonNullable<OrderEventRecord["from"]> | null;
  readonly to_state: OrderEventRecord["to"];
  readonly attempt_number: number;
  readonly at: number;
}

export const eventColumns: Columns<EventRow> = {
  order_id: required("uuid"),
  version: required("integer"),
  type: required("text"),
  client_order_id: required("text"),
  account: required("text"),
  venue: required("text"),
  cause: required("json"),
  from_state: nullable("text"),
  to_state: required("text"),
  attempt_number: required("integer"),
  at: required("time"),
};

/** Which column holds which field: a field of an event that is not here does not compile. */
export const columnsOfEventFields: { readonly [K in keyof Required<OrderEventRecord>]: keyof EventRow } = {
  orderId: "order_id",
  version: "version",
  type: "type",
  clientOrderId: "client_order_id",
  account: "account",
  venue: "venue",
  cause: "cause",
  from: "from_state",
  to: "to_state",
  attemptNumber: "attempt_number",
  at: "at",
};

export function eventRow(record: OrderEventRecord): EventRow {
  return {
    order_id: record.orderId,
    version: record.version,
    type: record.type,
    client_order_id: record.clientOrderId,
    account: record.account,
    venue: record.venue,
    cause: causeToJson(record.cause),
    from_state: record.from ?? null,
    to_state: record.to,
    attempt_number: record.attemptNumber,
    at: record.at,
  };
}

/** @throws SurefillError INTERNAL or RangeError for a row that was not written by this code, or by newer code. */
export function eventOf(row: EventRow): OrderEventRecord {
  return {
    orderId: orderId(row.order_id),
    version: row.version,
    type: row.type,
    clientOrderId: clientOrderId(row.client_order_id),
    account: accountId(row.account),
    venue: venueId(row.venue),
    cause: causeFromJson(row.cause),
    ...(row.from_state === null ? {} : { from: row.from_state }),
    to: row.to_state,
    attemptNumber: row.attempt_number,
    at: wallTime(row.at),
  };
}
