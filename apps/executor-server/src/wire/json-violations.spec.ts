import {
  BatchExecuteOrdersRequestSchema,
  ExecuteOrderRequestSchema,
  ListOrdersRequestSchema,
  WatchOrdersRequestSchema,
} from "@surefill/contracts/surefill/v1/execution_service";
import { describe, expect, test } from "vitest";
import { jsonViolations } from "./json-violations.ts";

describe("an order in JSON", () => {
  test.each([
    { json: '{"baseQuantity":', field: "", fault: "REQUEST_MALFORMED", says: /^not JSON: / },
    { json: "[]", field: "", fault: "REQUEST_MALFORMED", says: "must be a JSON object, not an array" },
    { json: '"x"', field: "", fault: "REQUEST_MALFORMED", says: "must be a JSON object, not a string" },
    {
      json: '{"quantity":"1"}',
      field: "quantity",
      fault: "FIELD_UNKNOWN",
      says: "is no field of surefill.v1.ExecuteOrderRequest",
    },
    {
      json: '{"__proto__":{}}',
      field: "__proto__",
      fault: "FIELD_UNKNOWN",
      says: "is no field of surefill.v1.ExecuteOrderRequest",
    },
    {
      json: '{"baseQuantity":1e5}',
      field: "base_quantity",
      fault: "FIELD_MALFORMED",
      says: "expected string, got 100000",
    },
    {
      json: '{"base_quantity":0.1}',
      field: "base_quantity",
      fault: "FIELD_MALFORMED",
      says: "expected string, got 0.1",
    },
    {
      json: '{"side":"BUY"}',
      field: "side",
      fault: "FIELD_MALFORMED",
      says: 'must be one of SIDE_BUY, SIDE_SELL, not "BUY"',
    },
    {
      json: '{"side":1.5}',
      field: "side",
      fault: "FIELD_MALFORMED",
      says: "must be one of SIDE_BUY, SIDE_SELL, not 1.5",
    },
    {
      json: '{"maxSlippageBps":-1}',
      field: "max_slippage_bps",
      fault: "FIELD_MALFORMED",
      says: "expected number (uint32): -1 out of range",
    },
    { json: '{"tags":{"a":1}}', field: 'tags["a"]', fault: "FIELD_MALFORMED", says: /got 1$/ },
    { json: '{"tags":[]}', field: "tags", fault: "FIELD_MALFORMED", says: /expected object/ },
    { json: '{"account":"\\ud800"}', field: "account", fault: "FIELD_MALFORMED", says: /invalid UTF8/ },
  ])("given $json, so $field is $fault", ({ json, field, fault, says }) => {
    expect(jsonViolations(ExecuteOrderRequestSchema, json)).toEqual([
      { field, fault, description: says instanceof RegExp ? expect.stringMatching(says) : says },
    ]);
  });

  test("given several, so each is found", () => {
    const json = '{"side":"BUY","account":7,"qty":"1","clientOrderId":"ok"}';
    expect(jsonViolations(ExecuteOrderRequestSchema, json).map(({ field }) => field)).toEqual([
      "side",
      "account",
      "qty",
    ]);
  });

  test.each(['{"account":"a","account":"b"}', '{"baseQuantity":"1","quoteQuantity":"1"}', "{}"])(
    "given %s, so nothing is at fault by itself",
    (json) => {
      expect(jsonViolations(ExecuteOrderRequestSchema, json)).toEqual([]);
    },
  );
});

describe("where it is", () => {
  test.each([
    {
      desc: BatchExecuteOrdersRequestSchema,
      json: '{"orders":[{},{"side":"BUY"},{"tags":{"x":{}}}]}',
      fields: ["orders[1].side", 'orders[2].tags["x"]'],
    },
    { desc: BatchExecuteOrdersRequestSchema, json: '{"orders":{}}', fields: ["orders"] },
    { desc: BatchExecuteOrdersRequestSchema, json: '{"orders":[null,7]}', fields: ["orders[0]", "orders[1]"] },
    { desc: ListOrdersRequestSchema, json: '{"states":["ORDER_STATE_FILLED","FILLED"]}', fields: ["states[1]"] },
    { desc: WatchOrdersRequestSchema, json: '{"heartbeatInterval":"soon"}', fields: ["heartbeat_interval"] },
    { desc: WatchOrdersRequestSchema, json: '{"heartbeatInterval":{"seconds":1}}', fields: ["heartbeat_interval"] },
  ])("given $json, so it is at $fields", ({ desc, json, fields }) => {
    expect(jsonViolations(desc, json).map(({ field }) => field)).toEqual(fields);
  });

  test("given thousands of faults, so ten are found, soon", () => {
    const orders = Array.from({ length: 100_000 }, () => ({ side: "BUY" }));
    expect(jsonViolations(BatchExecuteOrdersRequestSchema, JSON.stringify({ orders }))).toHaveLength(10);
  });
});
