import { SurefillError } from "@surefill/core";
import { describe, expect, it } from "vitest";
import { defaultGroupLimits, type Flush, GroupCommitter, type GroupLimits } from "./group-committer.ts";

interface Item {
  readonly key: string;
  readonly bytes: number;
  readonly name: string;
}

function item(name: string, key = name, bytes = 1): Item {
  return { name, key, bytes };
}

/** A committer whose flushes end when the test says so. */
function committer(limits: Partial<GroupLimits> = {}) {
  const flushes: { readonly names: string[]; readonly end: (answers?: (string | SurefillError)[]) => void }[] = [];
  let started = () => {};
  const flush: Flush<Item, string> = (items) =>
    new Promise((resolve) => {
      const names = items.map(({ name }) => name);
      flushes.push({ names, end: (answers) => resolve(answers ?? names.map((name) => `${name} done`)) });
      started();
    });
  const group = new GroupCommitter<Item, string>(flush, { ...defaultGroupLimits, ...limits });
  /** The names of flush number `count`, once it has started. */
  const flushed = async (count: number): Promise<readonly string[]> => {
    while (flushes.length < count) await new Promise<void>((resolve) => (started = resolve));
    return flushes[count - 1]?.names ?? [];
  };
  const end = (count: number, answers?: (string | SurefillError)[]) => flushes[count - 1]?.end(answers);
  return { group, flushes, flushed, end };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (error: unknown) => SurefillError.from(error).code,
  );
}

describe("GroupCommitter", () => {
  it("flushes together what is pushed in one turn, and answers each item its own answer", async () => {
    const { group, flushed, end } = committer();
    const pushed = [item("a"), item("b"), item("c")].map((one) => group.push(one));
    expect(await flushed(1)).toEqual(["a", "b", "c"]);
    end(1);
    expect(await Promise.all(pushed)).toEqual(["a done", "b done", "c done"]);
  });

  it("collects what comes while a flush is under way, for the next one", async () => {
    const { group, flushed, end } = committer();
    const first = group.push(item("a"));
    await flushed(1);
    const others = [group.push(item("b")), group.push(item("c"))];
    end(1);
    await first;
    expect(await flushed(2)).toEqual(["b", "c"]);
    end(2);
    expect(await Promise.all(others)).toEqual(["b done", "c done"]);
  });

  it("never has two items of one key under way, on however many lanes, and keeps their order", async () => {
    const { group, flushed, flushes, end } = committer({ lanes: 2 });
    const pushed = [item("a1", "a"), item("a2", "a"), item("b"), item("a3", "a")].map((one) => group.push(one));
    expect(await flushed(1)).toEqual(["a1", "b"]);
    const other = group.push(item("c"));
    expect(await flushed(2)).toEqual(["c"]);
    end(2);
    await other;
    expect(flushes).toHaveLength(2);
    end(1);
    expect(await flushed(3)).toEqual(["a2"]);
    end(3);
    expect(await flushed(4)).toEqual(["a3"]);
    end(4);
    expect(await Promise.all(pushed)).toEqual(["a1 done", "a2 done", "b done", "a3 done"]);
  });

  it("sends the next batch before it wakes the callers of the last one", async () => {
    const { group, flushed, flushes, end } = committer();
    const seen: number[] = [];
    const first = group.push(item("a")).then(() => seen.push(flushes.length));
    await flushed(1);
    const second = group.push(item("b"));
    end(1);
    await first;
    expect(seen).toEqual([2]);
    end(2);
    await second;
  });

  it("sends a burst that finds everything idle in two halves", async () => {
    const { group, flushed, end } = committer();
    const pushed = Array.from({ length: 100 }, (_, number) => group.push(item(`${number}`)));
    expect(await flushed(1)).toHaveLength(50);
    end(1);
    expect(await flushed(2)).toHaveLength(50);
    end(2);
    expect(await Promise.all(pushed)).toHaveLength(100);
  });

  it.each([
    { when: "three are too many", limits: { itemsMax: 2 }, bytes: 1, sizes: [2, 2, 1] },
    { when: "three are too large", limits: { bytesMax: 10 }, bytes: 4, sizes: [2, 2, 1] },
    { when: "each is too large alone", limits: { bytesMax: 10 }, bytes: 11, sizes: [1, 1, 1, 1, 1] },
  ])("flushes five items in parts when $when", async ({ limits, bytes, sizes }) => {
    const { group, flushed, end } = committer(limits);
    const pushed = ["a", "b", "c", "d", "e"].map((name) => group.push(item(name, name, bytes)));
    for (const [index, size] of sizes.entries()) {
      expect(await flushed(index + 1)).toHaveLength(size);
      end(index + 1);
    }
    expect(await Promise.all(pushed)).toHaveLength(5);
  });

  it("refuses what is beyond the bound of waiting items, and takes more once there is room", async () => {
    const { group, flushed, end } = committer({ waitingMax: 2 });
    const first = group.push(item("a"));
    await flushed(1);
    const waiting = [group.push(item("b")), group.push(item("c"))];
    expect(await codeOf(group.push(item("d")))).toBe("OVERLOADED");
    end(1);
    await first;
    expect(await flushed(2)).toEqual(["b", "c"]);
    const later = group.push(item("d"));
    end(2);
    await Promise.all(waiting);
    await flushed(3);
    end(3);
    expect(await later).toBe("d done");
  });

  it("rejects the item alone that the flush answers with an error", async () => {
    const { group, flushed, end } = committer();
    const pushed = [group.push(item("a")), group.push(item("b")), group.push(item("c"))];
    await flushed(1);
    end(1, ["a done", new SurefillError("STORE_REFUSED", "b is bad"), "c done"]);
    expect(await Promise.all(pushed.map(codeOf))).toEqual(["none", "STORE_REFUSED", "none"]);
  });

  it("rejects every item of a flush that throws, and goes on", async () => {
    let flushes = 0;
    const group = new GroupCommitter<Item, string>(async (items) => {
      flushes += 1;
      if (flushes === 1) throw new SurefillError("STORE_UNAVAILABLE", "gone");
      return items.map(({ name }) => name);
    });
    const lost = [group.push(item("a")), group.push(item("b"))];
    expect(await Promise.all(lost.map(codeOf))).toEqual(["STORE_UNAVAILABLE", "STORE_UNAVAILABLE"]);
    expect(await group.push(item("c"))).toBe("c");
  });

  it("rejects an item that the flush forgot", async () => {
    const { group, flushed, end } = committer();
    const pushed = [group.push(item("a")), group.push(item("b"))];
    await flushed(1);
    end(1, ["a done"]);
    expect(await Promise.all(pushed.map(codeOf))).toEqual(["none", "INTERNAL"]);
  });

  it("closes once everything that was taken is answered, and takes nothing more", async () => {
    const { group, flushed, end } = committer();
    const first = group.push(item("a"));
    await flushed(1);
    const second = group.push(item("b"));
    let closed = false;
    const closing = group.close().then(() => {
      closed = true;
    });
    expect(await codeOf(group.push(item("c")))).toBe("STORE_UNAVAILABLE");
    end(1);
    await first;
    await flushed(2);
    expect(closed).toBe(false);
    end(2);
    expect(await second).toBe("b done");
    await closing;
    await group.close();
  });
});
