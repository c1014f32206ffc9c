import { describe, expect, it } from "vitest";
import { pinoLog } from "./pino-log.ts";

/** The lines a log writes, parsed. */
function logged(write: (log: ReturnType<typeof pinoLog>) => void): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  write(pinoLog("spec", "info", { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

describe("pinoLog", () => {
  it("given a line, so it is JSON with service, level, time, fields and message", () => {
    const [line] = logged((log) => log.info({ order_id: "o-1" }, "hello"));
    expect(line).toMatchObject({
      service: "spec",
      level: "info",
      order_id: "o-1",
      msg: "hello",
      time: expect.stringMatching(/^20..-/),
    });
  });

  it.each(["password", "secret", "apiKey", "privateKey", "token", "authorization"])(
    "given a %s at any of three depths, so its value is not there",
    (name) => {
      const lines = logged((log) => {
        log.info({ [name]: "canary" }, "flat");
        log.info({ venue: { [name]: "canary" } }, "deeper");
        log.info({ venue: { config: { [name]: "canary" } } }, "deepest");
      });
      expect(lines).toHaveLength(3);
      expect(JSON.stringify(lines)).not.toContain("canary");
    },
  );

  it("given an error, so its message and cause are there", () => {
    const [line] = logged((log) => log.error({ error: new Error("outer", { cause: new Error("inner") }) }, "failed"));
    expect(JSON.stringify(line)).toContain("inner");
  });
});
