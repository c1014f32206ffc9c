import { describe, expect, it } from "vitest";
import { defaultRetryPolicy, overridden } from "./retry-policy.ts";

describe("a retry policy that is overridden", () => {
  it("given nothing, so it stays as it is", () => {
    expect(overridden(defaultRetryPolicy, {})).toEqual(defaultRetryPolicy);
  });

  it.each([{ attemptsMax: 1 }, { delayMs: 0 }, { delayMsMax: 5 }, { jitterRatioMax: 0 }])(
    "given %j, so that alone is another",
    (overrides) => {
      expect(overridden(defaultRetryPolicy, overrides)).toEqual({ ...defaultRetryPolicy, ...overrides });
    },
  );
});
