import { describe, expect, it } from "vitest";
import { settle } from "../testing/settle.ts";
import { Turns } from "./turns.ts";

/** Tasks that end when the test says so, and which of them have begun. */
function tasksInTurn() {
  const turns = new Turns();
  const begun: string[] = [];
  const take = (key: string, name: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const taken = turns.take(key, () => {
      begun.push(name);
      return promise;
    });
    return { taken, end: () => resolve(name), fail: (error: Error) => reject(error) };
  };
  return { begun, take };
}

describe("turns", () => {
  it("given tasks of one key, so each begins when the one before has ended, and gives what it came to", async () => {
    const { begun, take } = tasksInTurn();
    const [first, second] = [take("p", "first"), take("p", "second")];
    await settle();
    expect(begun).toEqual(["first"]);
    first.end();
    await settle();
    expect(begun).toEqual(["first", "second"]);
    second.end();
    expect(await Promise.all([first.taken, second.taken])).toEqual(["first", "second"]);
  });

  it("given tasks of different keys, so none waits for another", async () => {
    const { begun, take } = tasksInTurn();
    take("p", "one");
    take("q", "other");
    await settle();
    expect(begun).toEqual(["one", "other"]);
  });

  it("given a task that fails, so only its caller hears of it, and the next one begins", async () => {
    const { begun, take } = tasksInTurn();
    const [first, second] = [take("p", "first"), take("p", "second")];
    const failed = expect(first.taken).rejects.toThrow("broken");
    first.fail(new Error("broken"));
    await failed;
    await settle();
    expect(begun).toEqual(["first", "second"]);
    second.end();
    expect(await second.taken).toBe("second");
  });
});
