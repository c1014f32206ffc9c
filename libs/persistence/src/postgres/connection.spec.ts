import { SurefillError, wallTime } from "@surefill/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openStore } from "../open-store.ts";
import { isoTime } from "../row/iso-time.ts";
import { silentLog } from "../testing/postgres-for-tests.ts";
import { unavailable } from "./connection.ts";
import { microseconds } from "./value-types.ts";

describe("an unreachable Postgres", () => {
  it("is told with host, port and database, what to do, and not the password", async () => {
    const url = "postgresql://trader:hunter2@127.0.0.1:1/live";
    const failure = await openStore({ kind: "postgres", url }, { log: silentLog }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SurefillError);
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    const { message } = SurefillError.from(failure);
    expect(message).toContain("127.0.0.1:1/live");
    expect(message).toContain("ECONNREFUSED");
    expect(message).toContain("check that it runs");
    expect(message).not.toContain("hunter2");
  });

  it.each([
    ["postgresql://u:p@db.example:6432/live", "db.example:6432/live"],
    ["postgresql://db.example/live", "db.example:5432/live"],
    ["postgresql:///live?host=/var/run/postgresql", "/var/run/postgresql:5432/live"],
    ["not an url", "an url that can't be read"],
  ])("of %s is told as %s", (url, name) => {
    expect(unavailable(url, new Error("why")).message).toContain(`${name} `);
  });

  it("is told with the cause of each of its addresses", () => {
    const cause = new AggregateError([new Error("connect ECONNREFUSED ::1:5432"), new Error("timeout")]);
    expect(unavailable("postgresql://db/live", cause).message).toContain("connect ECONNREFUSED ::1:5432, timeout");
  });
});

describe("times", () => {
  it("are read as they were written, to the microsecond", () => {
    const times = fc.integer({ min: -4_000_000_000_000_000, max: 8_000_000_000_000_000 });
    fc.assert(
      fc.property(times, (time) => {
        const text = isoTime(wallTime(time)).replace("T", " ").replace("Z", "+00");
        expect(microseconds(text)).toBe(time);
        expect(microseconds(text.replace(/\.?0+\+00$/, "+00"))).toBe(time);
      }),
      { numRuns: 1_000, seed: 5 },
    );
  });

  it.each(["infinity", "2026-01-01 00:00:00+01", "2026-01-01 00:00:00.1234567+00", "10000-01-01 00:00:00+00"])(
    "of another form are refused: %s",
    (text) => {
      expect(() => microseconds(text)).toThrow(/can't be read/);
    },
  );
});
