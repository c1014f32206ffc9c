import { describe, expect, it } from "vitest";
import { type ErrorCode, errorCodes, isErrorCode } from "../error/error-code.ts";
import { orderError } from "../error/order-error.ts";
import { submitKey } from "../order/order-id.ts";
import type { Contact } from "./circuit-breaker.ts";
import { contactOfPrepare, contactOfSubmit } from "./contact.ts";

/** All other codes are answers: whoever refuses is there. */
const notAnswers: Readonly<Partial<Record<ErrorCode, Contact>>> = {
  VENUE_UNREACHABLE: "UNANSWERED",
  VENUE_BUSY: "UNANSWERED",
  ANSWER_LOST: "UNANSWERED",
  DEADLINE_EXCEEDED: "UNANSWERED",
  ATTEMPT_EXPIRED: "NOTHING",
  PREPARE_FAILED: "NOTHING",
  RATE_BUDGET_USED_UP: "NOTHING",
  TRADING_HALTED: "NOTHING",
  REDUCE_ONLY: "NOTHING",
};

describe("what an attempt says about the way to the venue", () => {
  it.each(Object.keys(errorCodes).filter(isErrorCode))("given %s, so the same at prepare and at submit", (code) => {
    const error = orderError(code, "why");
    const contact = notAnswers[code] ?? "ANSWERED";
    expect(contactOfPrepare({ kind: "FAILED", error })).toBe(contact);
    expect(contactOfSubmit({ kind: "REJECTED", error })).toBe(contact);
    expect(contactOfSubmit({ kind: "NOT_SENT", error })).toBe(contact);
    expect(contactOfSubmit({ kind: "UNKNOWN", error })).toBe("UNANSWERED");
  });

  it("given success, so a submission was answered, and a prepare says nothing: it may have asked nothing", () => {
    const attempt = { submitKey: submitKey("key"), payload: new Uint8Array() };
    expect(contactOfSubmit({ kind: "ACCEPTED" })).toBe("ANSWERED");
    expect(contactOfPrepare({ kind: "PREPARED", attempt })).toBe("NOTHING");
  });
});
