import { Secret } from "@surefill/core";
import { describe, expect, test } from "vitest";
import { configSchema } from "./config.ts";

const keys = { main: { apiKey: new Secret("k"), secret: new Secret("s") } };
const live = {
  ...{ exchange: "binance", instruments: ["BTC/USDT"], mode: "live", liveTrading: true, credentials: keys },
};

describe("the config", () => {
  test.each([
    ["live trading, said twice", live],
    ["the sandbox", { ...live, mode: "testnet", liveTrading: undefined }],
    ["prices alone", { exchange: "binance", instruments: ["BTC/USDT"], mode: "prices" }],
    ["a stand-in", { ...live, mode: "local", origin: "http://127.0.0.1:8080", liveTrading: undefined }],
  ])("given %s, so it is taken", (_given, { ...config }) => {
    const fields = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
    expect(configSchema.parse(fields)).toMatchObject({ requestWindowMs: 2_500, lookupLagMs: 10_000 });
  });

  test.each([
    // given, when, so (path, word)
    ["no mode", { ...live, mode: undefined }, "mode", "liveTrading"],
    ["paper", { ...live, mode: "paper" }, "mode", "venue-sim"],
    ["live trading said once", { ...live, liveTrading: undefined }, "liveTrading", "true"],
    [
      "a key as text",
      { ...live, credentials: { main: { apiKey: "k", secret: "s" } } },
      "credentials.main.apiKey",
      "env",
    ],
    ["an unknown key", { ...live, apiKey: "k" }, "", "apiKey"],
    ["no instruments", { ...live, instruments: [] }, "instruments", ">=1"],
    ["a symbol twice", { ...live, instruments: ["A/B", "A/B"] }, "instruments", "twice"],
    ["what is no symbol", { ...live, instruments: ["A B"] }, "instruments.0", "instrument"],
    ["what is no ccxt id", { ...live, exchange: "../x" }, "exchange", "ccxt"],
    ["a stand-in elsewhere", { ...live, mode: "local", origin: "http://example.com:80" }, "origin", "loopback"],
  ])("given %s, so it is refused, naming it", (_given, config, path, word) => {
    const fields = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
    const issues = configSchema.safeParse(fields).error?.issues ?? [];
    expect(issues.find((issue) => issue.path.join(".") === path)?.message).toContain(word);
  });

  test("given a refusal, so no key stands in it", () => {
    const credentials = { main: { apiKey: "plain-key", secret: "plain-secret" } };
    const { error } = configSchema.safeParse({ ...live, credentials });
    expect(JSON.stringify(error?.issues)).not.toMatch(/plain-key|plain-secret/);
  });
});
