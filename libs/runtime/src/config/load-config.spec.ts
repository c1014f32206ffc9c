import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret, SurefillError } from "@surefill/core";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";

const folder = mkdtempSync(join(tmpdir(), "surefill-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sim = { sim: { plugin: "@surefill/venue-sim", accounts: ["paper"] } };

let files = 0;

function written(content: unknown): string {
  files += 1;
  const file = join(folder, `${files}.json`);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

describe("loadConfig", () => {
  it("given no variables, so the paper venue on SQLite, on loopback", async () => {
    const config = await loadConfig({});
    expect(config).toMatchObject({
      server: { host: "127.0.0.1", port: 7400 },
      store: { kind: "sqlite", file: "data/surefill.db" },
      retry: { attemptsMax: 3, delayMs: 1_000, delayMsMax: 30_000, jitterRatioMax: 0.1 },
      lease: { ttlMs: 10_000 },
      metrics: { serverPort: 7402, trackerPort: 7403 },
      audit: { intervalMs: 60_000 },
      log: { level: "info" },
    });
    expect(Object.keys(config.venues)).toEqual(["sim"]);
  });

  it("given a file, so what it leaves out has its default", async () => {
    const config = await loadConfig({ SUREFILL_CONFIG: written({ venues: sim }) });
    expect(config.venues.sim).toMatchObject({ concurrencyMax: 1, collarBps: 5_000, config: {} });
    expect(config.metrics).toEqual({});
  });

  it("given SUREFILL_PORT and SUREFILL_POSTGRES_URL, so they replace the file's", async () => {
    const env = {
      SUREFILL_CONFIG: written({ venues: sim }),
      SUREFILL_PORT: "0",
      SUREFILL_POSTGRES_URL: "postgresql://h/d",
    };
    expect(await loadConfig(env)).toMatchObject({
      server: { port: 0 },
      store: { kind: "postgres", url: "postgresql://h/d" },
    });
  });

  it("given a venue's secret by reference, so it comes from the environment", async () => {
    const config = { credentials: { apiKey: { env: "MY_KEY" } } };
    const file = written({ venues: { sim: { ...sim.sim, config } } });
    const loaded = await loadConfig({ SUREFILL_CONFIG: file, MY_KEY: "hunter2" });
    expect(loaded.venues.sim?.config).toEqual({ credentials: { apiKey: expect.any(Secret) } });
    expect(JSON.stringify(loaded)).not.toContain("hunter2");
    await expect(loadConfig({ SUREFILL_CONFIG: file })).rejects.toThrow(/venues\.sim\.config.*MY_KEY/);
  });

  it.each([
    { given: "no such file", env: { SUREFILL_CONFIG: join(folder, "absent.json") }, names: "absent.json" },
    { given: "no JSON", env: { SUREFILL_CONFIG: written("{") }, names: "JSON" },
    { given: "no venue", env: { SUREFILL_CONFIG: written({ venues: {} }) }, names: "venues" },
    { given: "an unknown key", env: { SUREFILL_CONFIG: written({ venues: sim, stoer: {} }) }, names: "stoer" },
    {
      given: "an unknown key deep inside",
      env: { SUREFILL_CONFIG: written({ venues: { sim: { ...sim.sim, acounts: [] } } }) },
      names: "acounts",
    },
    {
      given: "an account that is none",
      env: { SUREFILL_CONFIG: written({ venues: { sim: { ...sim.sim, accounts: ["a b"] } } }) },
      names: "venues.sim.accounts.0",
    },
    {
      given: "a lease that ends before it can be renewed",
      env: { SUREFILL_CONFIG: written({ venues: sim, lease: { ttlMs: 100 } }) },
      names: "lease.ttlMs",
    },
    {
      given: "a retry policy of an account that does not trade there",
      env: { SUREFILL_CONFIG: written({ venues: { sim: { ...sim.sim, retryByAccount: { pepper: {} } } } }) },
      names: "venues.sim.retryByAccount.pepper",
    },
    {
      given: "a reserve that leaves nothing",
      env: { SUREFILL_CONFIG: written({ venues: { sim: { ...sim.sim, rateBudget: { reserveShare: 1 } } } }) },
      names: "venues.sim.rateBudget.reserveShare",
    },
    { given: "a port that is none", env: { SUREFILL_PORT: "http" }, names: "SUREFILL_PORT=http" },
    {
      given: "postgres without a url",
      env: { SUREFILL_CONFIG: written({ venues: sim, store: { kind: "postgres" } }) },
      names: "SUREFILL_POSTGRES_URL",
    },
  ])("given $given, so CONFIG_INVALID naming it", async ({ env, names }) => {
    const error = await loadConfig(env).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SurefillError);
    expect(SurefillError.from(error).code).toBe("CONFIG_INVALID");
    expect(SurefillError.from(error).message).toContain(names);
  });
});
