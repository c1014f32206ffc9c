import { describe, expect, it } from "vitest";
import { after, firstAttempt } from "../testing/order-fixtures.ts";
import { capableOfAll } from "../testing/venue-fixtures.ts";
import { proveAbsence } from "./prove-absence.ts";

const notFound = (ms: number) => ({ kind: "NOT_FOUND", asOf: after(ms) }) as const;
const { validUntil: _validUntil, ...endless } = firstAttempt;

describe("an attempt that is valid for 5,000 ms and is not found", () => {
  it.each([
    // What the venue knew at, what it claims, so
    ["before the end", 4_999, {}, false],
    ["in its last moment", 5_000, {}, false],
    ["a microsecond later", 5_000.001, {}, true],
    ["an hour later", 3_600_000, {}, true],
    ["an hour later, requests don't expire", 3_600_000, { requestsExpire: false }, false],
    ["an hour later, no look-up by submit key", 3_600_000, { lookupBySubmitKey: false }, false],
  ])("given a look-up %s, so absence is proven: %s", (_when, ms, claims, so) => {
    const proof = proveAbsence(firstAttempt, notFound(ms), { ...capableOfAll, ...claims });
    expect(proof !== undefined).toBe(so);
  });

  it("given the proof, so it is a report about that attempt, after which another may be tried", () => {
    expect(proveAbsence(firstAttempt, notFound(6_000), capableOfAll)).toEqual({
      submitKey: "key-1",
      evidence: {
        kind: "ABSENT",
        error: {
          code: "ATTEMPT_EXPIRED",
          message: "the attempt's validity has passed and the venue does not have it",
          context: { submit_key: "key-1" },
        },
      },
      fills: [],
    });
  });
});

describe("an attempt without an end", () => {
  it("is never proven absent", () => {
    expect(proveAbsence(endless, notFound(1e12), capableOfAll)).toBeUndefined();
  });
});
