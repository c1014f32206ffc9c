import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderId } from "../order/order-id.ts";
import { addMs, wallTime } from "../time/wall-time.ts";
import { SeededRandom } from "./seeded-random.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** 2022-02-22T19:22:22Z, the time of the example in RFC 9562, appendix A.6. */
const example = wallTime(1_645_557_742_000_000);
const times = fc.integer({ min: 0, max: 4_000_000_000_000_000 }).map(wallTime);

describe("a UUIDv7", () => {
  it("begins with the RFC's own example of its time", () => {
    expect(uuidV7(example, new SeededRandom(1))).toMatch(/^017f22e2-79b0-7000-/);
  });

  it("has version 7, the RFC's variant, and the time to the microsecond, whatever the random bits", () => {
    fc.assert(
      fc.property(times, fc.uint8Array({ minLength: 16, maxLength: 16 }), (at, bytes) => {
        const id = uuidV7(at, { bytes: () => bytes.slice(), unit: () => 0 });
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(orderId(id)).toBe(id);
        const hex = id.replaceAll("-", "");
        const ms = Number.parseInt(hex.slice(0, 12), 16);
        const fraction = Number.parseInt(hex.slice(13, 16), 16);
        expect(ms).toBe(Math.floor(at / 1_000));
        expect(Math.ceil((fraction * 1_000) / 4_096)).toBe(at - ms * 1_000);
      }),
      { seed: 20_260_101, numRuns: 2_000 },
    );
  });

  it("keeps its random bits apart from its time", () => {
    const all = (byte: number) => uuidV7(example, { bytes: () => new Uint8Array(16).fill(byte), unit: () => 0 });
    expect(all(0)).toBe("017f22e2-79b0-7000-8000-000000000000");
    expect(all(0xff)).toBe("017f22e2-79b0-7000-bfff-ffffffffffff");
  });

  it("sorts as text by time, microsecond by microsecond", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 10_000_000 }), fc.integer(), (at, laterBy, seed) => {
        const random = new SeededRandom(seed);
        const [before, behind] = [uuidV7(at, random), uuidV7(wallTime(at + laterBy), random)];
        expect(before < behind).toBe(true);
      }),
      { seed: 20_260_101, numRuns: 2_000 },
    );
  });

  it("is another one each time, within one microsecond too", () => {
    const random = new SeededRandom(7);
    const ids = Array.from({ length: 20_000 }, () => uuidV7(example, random));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("does not depend on the machine's clock", () => {
    const at = addMs(example, 123.456);
    expect(uuidV7(at, new SeededRandom(9))).toBe(uuidV7(at, new SeededRandom(9)));
  });
});
