import { describe, expect, it } from "vitest";
import { addMs, elapsedMs, isoTime, laterOf, wallTime } from "./wall-time.ts";

const noon = wallTime(1_767_268_800_000_000);

describe("wall time", () => {
  it.each([0, 1_767_268_800_000_000, -1, Number.MAX_SAFE_INTEGER])("given %d microseconds, so it is one", (at) => {
    expect(wallTime(at)).toBe(at);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5, Number.MAX_SAFE_INTEGER + 1, -(2 ** 60)])(
    "given %d, so it is refused",
    (at) => {
      expect(() => wallTime(at)).toThrow(RangeError);
    },
  );

  it.each([
    [0, 0],
    [1, 1_000],
    [0.001, 1],
    [0.0004, 0],
    [0.0006, 1],
    [-1.5, -1_500],
    [1_000.1234, 1_000_123],
  ])("given %d ms more, so %d microseconds more", (ms, microseconds) => {
    expect(addMs(noon, ms) - noon).toBe(microseconds);
  });

  it("given a wait that no time can hold, so it is refused", () => {
    expect(() => addMs(noon, Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => addMs(noon, Number.NaN)).toThrow(RangeError);
  });

  it("elapses in milliseconds with fractions, backwards too", () => {
    expect(elapsedMs(noon, wallTime(noon + 1_500))).toBe(1.5);
    expect(elapsedMs(wallTime(noon + 1), noon)).toBe(-0.001);
  });

  it.each([
    [1_767_225_600_000_001, "2026-01-01T00:00:00.000001Z"],
    [1_767_225_600_120_000, "2026-01-01T00:00:00.120000Z"],
    [-1, "1969-12-31T23:59:59.999999Z"],
  ])("given %d, so it reads %s", (microseconds, text) => {
    expect(isoTime(wallTime(microseconds))).toBe(text);
  });

  it("has a later of two, also of equal ones", () => {
    const later = addMs(noon, 1);
    expect(laterOf(noon, later)).toBe(later);
    expect(laterOf(later, noon)).toBe(later);
    expect(laterOf(noon, noon)).toBe(noon);
  });
});
