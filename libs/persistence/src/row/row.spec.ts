import { attemptOf, type Order, type OrderChange, type StoredAttempt, wallTime } from "@surefill/core";
import { orderLives } from "@surefill/core/testing/order-lives";
import { placed } from "@surefill/core/testing/order-store-fixture";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeChange } from "../commit/encoded-change.ts";
import { attemptAnswerColumns, attemptOfRow, columnsOfAttemptFields, preparedAttemptColumns } from "./attempt-row.ts";
import { causeFromJson, causeToJson } from "./cause-json.ts";
import { columnsOfEventFields, eventColumns, eventOf, eventRow } from "./event-row.ts";
import { columnsOfFillFields, fillColumns, fillOf, fillRow } from "./fill-row.ts";
import {
  columnsOfFields,
  type OrderRow,
  orderOf,
  orderProgressColumns,
  orderProgressRow,
  orderTermsColumns,
  orderTermsRow,
} from "./order-row.ts";

const runs = { numRuns: 300, seed: 11 };

function rowOf(order: Order): OrderRow {
  return { ...orderTermsRow(order), ...orderProgressRow(order) };
}

/** As SQLite gives it back: no booleans. */
function withoutBooleans(row: OrderRow): OrderRow {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "boolean" ? Number(value) : value,
  ]);
  return Object.fromEntries(entries) as OrderRow;
}

/** What a store gives back of the attempt that a change prepares. */
function storedAttempt(change: OrderChange): StoredAttempt | undefined {
  const { prepared } = encodeChange(change);
  return prepared && attemptOfRow({ ...prepared, outcome: "REJECTED", raw_answer: "no", answered_at: 7 });
}

/** What went in. */
function keptAttempt({ order, attempt }: OrderChange): StoredAttempt | undefined {
  const last = attemptOf(order);
  if (last === undefined || attempt?.kind !== "PREPARED") return undefined;
  const { venueOrderId: _, ...fixed } = last;
  const payload = Uint8Array.from(attempt.payload);
  return { ...fixed, payload, outcome: "REJECTED", rawAnswer: "no", answeredAt: wallTime(7) };
}

describe("rows", () => {
  it("hold orders of every phase so that they come back as they were", () => {
    fc.assert(
      fc.property(orderLives, (life) => {
        for (const { order } of life) {
          expect(orderOf(rowOf(order))).toStrictEqual(order);
          expect(orderOf(withoutBooleans(rowOf(order)))).toStrictEqual(order);
        }
      }),
      runs,
    );
  });

  it("hold events with every cause so that they come back as they were", () => {
    fc.assert(
      fc.property(orderLives, (life) => {
        for (const record of life.flatMap(({ records }) => records)) {
          expect(eventOf(eventRow(record))).toStrictEqual(record);
          expect(causeFromJson(causeToJson(record.cause))).toStrictEqual(record.cause);
        }
      }),
      runs,
    );
  });

  it("hold fills so that they come back as they were", () => {
    fc.assert(
      fc.property(orderLives, (life) => {
        for (const fill of life.flatMap(({ fills }) => fills)) expect(fillOf(fillRow(fill))).toStrictEqual(fill);
      }),
      runs,
    );
  });

  it("hold attempts so that they come back as they were", () => {
    fc.assert(
      fc.property(orderLives, (life) => {
        const preparing = life.filter((change) => change.attempt?.kind === "PREPARED");
        expect(preparing.map(storedAttempt)).toStrictEqual(preparing.map(keptAttempt));
      }),
      runs,
    );
  });

  it("have no column that holds no field", () => {
    const { terms, instruction, progress, phase, attempt } = columnsOfFields;
    const ofOrder = [terms, instruction, progress, phase, attempt].flatMap((fields) => Object.values(fields).flat());
    expect(new Set(ofOrder)).toEqual(new Set(Object.keys({ ...orderTermsColumns, ...orderProgressColumns })));
    expect(new Set(Object.values(columnsOfFillFields).flat())).toEqual(new Set(Object.keys(fillColumns)));
    expect(new Set(Object.values(columnsOfEventFields))).toEqual(new Set(Object.keys(eventColumns)));
    const ofAttempts = Object.keys({ ...preparedAttemptColumns, ...attemptAnswerColumns });
    expect(new Set(["order_id", "venue", ...Object.values(columnsOfAttemptFields)])).toEqual(new Set(ofAttempts));
  });
});

describe("a row that this code did not write is refused:", () => {
  const row = rowOf(placed().order);
  const attempt = { attempt_number: 1, submit_key: "k", prepared_at: 1 };
  const cases: readonly (readonly [title: string, row: OrderRow])[] = [
    ["an unknown state", { ...row, state: "NEW" as OrderRow["state"] }],
    ["a state without the attempt it needs", { ...row, state: "SUBMITTED" }],
    ["a cancel without its time", { ...row, ...attempt, state: "CANCELLING", next_action_at: null }],
    ["a limit order without a limit", { ...row, limit_price: null }],
    ["a stop without its trigger", { ...row, type: "STOP_LOSS" }],
    ["a stop that is IOC", { ...row, type: "STOP_LOSS", trigger_price: "1", time_in_force: "IOC" }],
    ["no size", { ...row, quantity: null }],
    ["a price that is none", { ...row, limit_price: "-1" }],
    ["a time between microseconds", { ...row, updated_at: 1.5 }],
    ["JSON of another shape", { ...row, tags: "[]" }],
    ["a tag that is no text", { ...row, tags: '{"a":1}' }],
    ["an error of unknown code", { ...row, last_error: '{"code":"NOPE","message":"","context":{}}' }],
    ["text that is no JSON", { ...row, fees: "{" }],
  ];

  it.each(cases)("%s", (_, bad) => {
    expect(() => orderOf(bad)).toThrow();
  });

  it.each(['{"type":"NOPE"}', "{}", "null", '{"type":"FAILED"}', '{"type":"LANDED","landedAt":"1"}'])(
    "a cause of %s",
    (json) => {
      expect(() => causeFromJson(json)).toThrow(/unreadable/);
    },
  );
});
