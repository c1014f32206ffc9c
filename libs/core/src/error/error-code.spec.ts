import { describe, expect, it } from "vitest";
import { errorCodes, isErrorCode, retryClass } from "./error-code.ts";
import { SurefillError } from "./surefill-error.ts";

describe("error codes", () => {
  it.each(["INVALID_SYMBOL", "UNAUTHORIZED", "INSUFFICIENT_FUNDS", "RISK_VIOLATION", "ORDER_VALIDATION"] as const)(
    "given %s, so no retry helps",
    (code) => {
      expect(retryClass(code)).toBe("fatal");
    },
  );

  it("given a lost answer, so nobody knows, and nobody retries", () => {
    expect(retryClass("ANSWER_LOST")).toBe("unknown");
    expect(retryClass("DEADLINE_EXCEEDED")).toBe("unknown");
  });

  it.each([
    ["VENUE_BUSY", true],
    ["venue_busy", false],
    ["NO_SUCH_CODE", false],
    ["", false],
    ["constructor", false],
    ["__proto__", false],
    ["toString", false],
  ])("given the text %s, so it is one: %s", (text, so) => {
    expect(isErrorCode(text)).toBe(so);
  });

  it("are spelt alike, and each is explained in one line", () => {
    for (const [code, { doc }] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(doc).toMatch(/^[A-Z][^\n]*\.$/);
    }
  });
});

describe("SurefillError.from", () => {
  it("given one of ours, so it is the same", () => {
    const error = new SurefillError("RATE_LIMITED", "slow down", { context: { venue: "paper" } });
    expect(SurefillError.from(error)).toBe(error);
    expect(error.toOrderError()).toEqual({ code: "RATE_LIMITED", message: "slow down", context: { venue: "paper" } });
  });

  it.each([new TypeError("x is undefined"), "text", undefined, null, 7, { code: "RATE_LIMITED" }])(
    "given %s, which nobody classified, so INTERNAL with its cause, and no detail in the message",
    (thrown) => {
      const error = SurefillError.from(thrown);
      expect(error).toMatchObject({ code: "INTERNAL", message: errorCodes.INTERNAL.doc, context: {} });
      expect(error.cause).toBe(thrown);
    },
  );
});
