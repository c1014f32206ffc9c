import { retryClass, venueOrderId } from "@surefill/core";
import { describe, expect, test } from "vitest";
import { outcomeOf, outcomeOfFailure, pageError, readError } from "./error-map.ts";
import { ConnectionError } from "./exchange/connection-error.ts";
import { refusal, refusalReasons } from "./exchange/refusal.ts";

describe("what the exchange's answers prove", () => {
  test("an accepted order", () => {
    const answer = { kind: "ACCEPTED", venueOrderId: venueOrderId("sim_o1") } as const;
    expect(outcomeOf(answer)).toEqual({ ...answer, rawAnswer: '{"kind":"ACCEPTED","venueOrderId":"sim_o1"}' });
  });

  const ofTheKey = "DUPLICATE_CLIENT_ORDER_ID";

  test.each(refusalReasons.filter((reason) => reason !== ofTheKey))(
    "a refusal because of %s proves that nothing was done",
    (reason) => {
      const outcome = outcomeOf(refusal(reason, "why"));
      const context = { venue_reason: reason };
      expect(outcome).toMatchObject({ kind: "REJECTED", error: { message: "why", context } });
    },
  );

  test("a duplicate key proves that the exchange has it: unknown, to be looked up", () => {
    expect(outcomeOf(refusal(ofTheKey, "why"))).toMatchObject({ kind: "UNKNOWN", error: { code: "ANSWER_LOST" } });
  });

  test("only a request that came too late, a full exchange and a missing price are worth another attempt", () => {
    const retried = refusalReasons.filter((reason) => {
      const outcome = outcomeOf(refusal(reason, ""));
      return outcome.kind === "REJECTED" && retryClass(outcome.error.code) === "retryable";
    });
    expect(retried).toEqual(["REQUEST_EXPIRED", "EXCHANGE_FULL", "NO_PRICE"]);
  });

  test.each([
    // given, when (thrown), so
    ["a refused connection", new ConnectionError("NO", "refused"), "NOT_SENT", "VENUE_UNREACHABLE"],
    ["a broken connection", new ConnectionError("MAYBE", "broken"), "UNKNOWN", "ANSWER_LOST"],
    ["an error that nobody has classified", new TypeError("what"), "UNKNOWN", "ANSWER_LOST"],
    ["what is no error", "what", "UNKNOWN", "ANSWER_LOST"],
  ])("no answer because of %s", (_given, thrown, kind, code) => {
    expect(outcomeOfFailure(thrown)).toMatchObject({ kind, error: { code } });
  });

  test.each([
    // given, when (thrown), so
    ["no connection", new ConnectionError("MAYBE", "broken"), "VENUE_UNREACHABLE", "VENUE_UNREACHABLE"],
    ["a wrong question", new RangeError("cursor"), "INTERNAL", "CURSOR_INVALID"],
    ["a bug", new TypeError("what"), "INTERNAL", "INTERNAL"],
  ])("a question that failed because of %s", (_given, thrown, code, pageCode) => {
    expect(readError(thrown).code).toBe(code);
    expect(pageError(thrown).code).toBe(pageCode);
  });
});
