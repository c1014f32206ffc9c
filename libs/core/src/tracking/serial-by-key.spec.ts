import { describe, expect, it } from "vitest";
import { settle } from "../testing/settle.ts";
import { SerialByKey } from "./serial-by-key.ts";

/** Tasks that run until they are told to end; what started, in turn. */
function tasks() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => () => {
    started.push(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.set(name, resolve);
    return promise;
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { started, task, end };
}

/** Whether a promise has resolved by now. */
function watched(promise: Promise<unknown>) {
  const state = { resolved: false };
  void promise.then(() => {
    state.resolved = true;
  });
  return state;
}

describe("tasks by key", () => {
  it("given one key, so they run one after the other, in the order in which they came", async () => {
    const { started, task, end } = tasks();
    const serial = new SerialByKey<string>(10);
    void serial.add("a", task("a1"));
    void serial.add("a", task("a2"));
    void serial.add("a", task("a3"));
    await settle();
    expect(started).toEqual(["a1"]);
    await end("a1");
    expect(started).toEqual(["a1", "a2"]);
    await end("a2");
    expect(started).toEqual(["a1", "a2", "a3"]);
  });

  it("given different keys, so they run side by side", async () => {
    const { started, task } = tasks();
    const serial = new SerialByKey<string>(10);
    void serial.add("a", task("a1"));
    void serial.add("b", task("b1"));
    await settle();
    expect(started).toEqual(["a1", "b1"]);
  });

  it("given a key that was through, so its next task runs at once", async () => {
    const { started, task, end } = tasks();
    const serial = new SerialByKey<string>(10);
    void serial.add("a", task("a1"));
    await settle();
    await end("a1");
    void serial.add("a", task("a2"));
    await settle();
    expect(started).toEqual(["a1", "a2"]);
  });
});

describe("room for so many", () => {
  it("given less than that, so adding resolves at once", async () => {
    const { task } = tasks();
    const serial = new SerialByKey<string>(2);
    const added = watched(serial.add("a", task("a1")));
    await settle();
    expect(added.resolved).toBe(true);
  });

  it("given that many, so whoever adds is held back until one ends", async () => {
    const { task, end } = tasks();
    const serial = new SerialByKey<string>(2);
    void serial.add("a", task("a1"));
    const added = watched(serial.add("b", task("b1")));
    await settle();
    expect(added.resolved).toBe(false);
    await end("a1");
    expect(added.resolved).toBe(true);
  });

  it("given several who are held back, so none of them is forgotten", async () => {
    const { task, end } = tasks();
    const serial = new SerialByKey<string>(1);
    const added = ["a", "b", "c"].map((key) => watched(serial.add(key, task(key))));
    await settle();
    for (const key of ["a", "b", "c"]) {
      expect(added.map(({ resolved }) => resolved)).toEqual([false, false, false]);
      await end(key);
    }
    expect(added.map(({ resolved }) => resolved)).toEqual([true, true, true]);
  });
});

describe("idle", () => {
  it("given nothing, so at once", async () => {
    await new SerialByKey<string>(1).idle();
  });

  it("given tasks that run and wait, so when all of them are through", async () => {
    const { task, end } = tasks();
    const serial = new SerialByKey<string>(10);
    void serial.add("a", task("a1"));
    void serial.add("a", task("a2"));
    void serial.add("b", task("b1"));
    const idle = watched(serial.idle());
    await settle();
    for (const name of ["a1", "b1"]) await end(name);
    expect(idle.resolved).toBe(false);
    await end("a2");
    expect(idle.resolved).toBe(true);
  });
});
