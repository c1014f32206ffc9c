import { describe, expect, it } from "vitest";
import { sharedByTurn } from "./shared-by-turn.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A source that counts its reads, and a reading of it. */
function counting() {
  const source = { value: "old", reads: 0 };
  const read = sharedByTurn(async () => {
    source.reads += 1;
    return source.value;
  });
  return { source, read };
}

describe("a read that is shared by turn", () => {
  it("given many who ask in one turn, so it is made once, and sees what was there when the last of them asked", async () => {
    const { source, read } = counting();
    const first = read();
    await Promise.resolve();
    source.value = "new";
    const second = read();
    expect(await Promise.all([first, second])).toEqual(["new", "new"]);
    expect(source.reads).toBe(1);
  });

  it("given someone who asks in the next turn, so it is made again, whether or not the first has come back", async () => {
    let reads = 0;
    const hanging = sharedByTurn(() => {
      reads += 1;
      return reads === 1 ? new Promise<number>(() => {}) : Promise.resolve(reads);
    });
    void hanging();
    await turn();
    await turn();
    expect(await hanging()).toBe(2);
  });

  it("given a read that fails, so all who shared it hear of it, and the next one is made anew", async () => {
    let fails = true;
    const read = sharedByTurn(async () => {
      if (fails) throw new Error("away");
      return "back";
    });
    const both = await Promise.allSettled([read(), read()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fails = false;
    expect(await read()).toBe("back");
  });
});
