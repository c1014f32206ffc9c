import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "./secret.ts";

describe("a secret", () => {
  const secret = new Secret("hunter2");

  it.each([
    ["text", () => String(secret)],
    ["a template", () => `${secret}`],
    ["JSON", () => JSON.stringify({ secret })],
    ["inspection", () => inspect({ secret }, { showHidden: true, depth: 5 })],
    ["its keys", () => JSON.stringify(Object.entries(secret))],
  ])("given that it is shown as %s, so it is not told", (_given, show) => {
    expect(show()).not.toContain("hunter2");
  });

  it("given that it is asked for by name, so it is told", () => {
    expect(secret.reveal()).toBe("hunter2");
  });

  it("given nothing, so it is no secret", () => {
    expect(() => new Secret("")).toThrow(RangeError);
  });
});
