import { orderId } from "@surefill/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ccxtSubmitKey, parseCompactSubmitKey } from "./submit-key.ts";

const ids = fc.uuid().map(orderId);
const attempts = fc.integer({ min: 1, max: 36 ** 6 - 1 });

describe("submit keys", () => {
  test("given any order and attempt, so a compact key fits every exchange and tells both", () => {
    fc.assert(
      fc.property(ids, attempts, (id, attemptNumber) => {
        const key = ccxtSubmitKey("COMPACT", id, attemptNumber);
        expect(key).toMatch(/^[a-z][a-z0-9]{26,31}$/);
        expect(parseCompactSubmitKey(key)).toEqual({ orderId: id, attemptNumber });
      }),
    );
  });

  test("given any order and attempt, so the UUID is one, always the same, and differs from any other", () => {
    fc.assert(
      fc.property(ids, attempts, (id, attemptNumber) => {
        const key = ccxtSubmitKey("UUID", id, attemptNumber);
        expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(ccxtSubmitKey("UUID", id, attemptNumber)).toBe(key);
        expect(ccxtSubmitKey("UUID", id, (attemptNumber % 1_000) + 1_000_000)).not.toBe(key);
      }),
    );
  });

  test.each(["sim_1", "s", `s${"z".repeat(25)}1`, ""])("given %j, which is none of ours, so undefined", (key) => {
    expect(parseCompactSubmitKey(key)).toBeUndefined();
  });

  test.each([0, -1, 1.5, 36 ** 6])("given %s as an attempt's number, so it is refused", (number) => {
    expect(() => ccxtSubmitKey("COMPACT", orderId("0190a0b0-c0d0-7000-8000-000000000001"), number)).toThrow(RangeError);
  });
});
