import { describe, expect, it } from "vitest";
import { Life } from "./life.ts";
import { lived } from "./lived.ts";

/** A port whose calls are counted, as a process sees it. */
function portOf(life: Life) {
  const calls: string[] = [];
  const inner = { ask: async (text: string) => calls.push(text), parts: { deep: async () => calls.push("deep") } };
  return { calls, port: lived(inner, life, "port") };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a process's life", () => {
  it("given a kill before a call, so it never leaves; given one during it, so its answer never comes", async () => {
    for (const moment of ["before port.ask", "after port.ask"]) {
      const life = new Life();
      const { port, calls } = portOf(life);
      let answered = false;
      life.onMoment = (reached) => {
        if (reached === moment) life.kill();
      };
      void port.ask("a").then(() => {
        answered = true;
      });
      await turn();
      expect(calls).toEqual(moment.startsWith("before") ? [] : ["a"]);
      expect(answered).toBe(false);
    }
  });

  it("given a stop in the middle, so it goes on where it was", async () => {
    const life = new Life();
    const { port, calls } = portOf(life);
    const done: string[] = [];
    life.stop();
    void port.ask("a").then(() => done.push("a"));
    void port.parts.deep().then(() => done.push("deep"));
    await turn();
    expect(calls).toEqual([]);
    life.goOn();
    await turn();
    expect([calls, done]).toEqual([
      ["a", "deep"],
      ["a", "deep"],
    ]);
  });
});
