import { describe, expect, it } from "vitest";
import { settle } from "../testing/settle.ts";
import { severalAtOnce } from "./several-at-once.ts";

/** Tasks that end when a test says so. */
function tasks() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<string>>();
  const task = (item: number) => {
    begun.push(item);
    const end = Promise.withResolvers<string>();
    ends.set(item, end);
    return end.promise;
  };
  return { begun, ends, task };
}

describe("several at once", () => {
  it("given more than may be, so the next begins when one ends, and results stand in the items' order", async () => {
    const { begun, ends, task } = tasks();
    const done = severalAtOnce([10, 20, 30], 2, task);
    expect(begun).toEqual([10, 20]);
    ends.get(20)?.resolve("b");
    await settle();
    expect(begun).toEqual([10, 20, 30]);
    ends.get(30)?.resolve("c");
    ends.get(10)?.resolve("a");
    expect(await done).toEqual(["a", "b", "c"]);
  });

  it("given one that fails, so no other begins, and its error is thrown when those under way have ended", async () => {
    const { begun, ends, task } = tasks();
    const done = severalAtOnce([1, 2, 3, 4], 2, task);
    let isOver = false;
    const over = done.catch((error: unknown) => {
      isOver = true;
      return error;
    });
    ends.get(1)?.reject(new Error("no"));
    await settle();
    expect(isOver).toBe(false);
    ends.get(2)?.resolve("b");
    expect(await over).toEqual(new Error("no"));
    expect(begun).toEqual([1, 2]);
  });

  it("given nothing, so nothing is done", async () => {
    expect(await severalAtOnce([], 4, () => Promise.reject(new Error("called")))).toEqual([]);
  });
});
