import { describe, expect, test } from "vitest";
import { configSchema } from "./config.ts";

const btc = {
  ...{ symbol: "BTC/USDT", base: "BTC", quote: "USDT", tickSize: "0.01", lotSize: "0.00001" },
  ...{ quantityMin: "0.00001", quantityMax: "1", notionalMin: "5", referencePrice: "10000" },
};

describe("the config", () => {
  test("{} is valid and is the default profile", () => {
    expect(configSchema.parse({})).toMatchObject({
      seed: 1,
      successRate: 1,
      latencySubmitMs: 500,
      latencyConfirmMs: 1_000,
      slippageBps: 0,
      feeBps: 10,
      feeAsset: "quote",
      requestWindowMs: 5_000,
      prices: { source: "expected" },
    });
  });

  test("a walk has the seed of the exchange unless it is given its own", () => {
    expect(configSchema.parse({ seed: 7, prices: { source: "walk" } }).prices).toMatchObject({ seed: 7 });
    expect(configSchema.parse({ seed: 7, prices: { source: "walk", seed: 8 } }).prices).toMatchObject({ seed: 8 });
  });

  test("a hosted exchange has a port of its own", () => {
    const { exchange } = configSchema.parse({ exchange: {}, logFile: "book.jsonl" });
    expect(exchange).toEqual({ port: 7_401, heartbeatMs: 2_000, requestTimeoutMs: 5_000 });
  });

  test("the mock profile, and a field that replaces one of it", () => {
    const mock = { successRate: 1, latencySubmitMs: 100, latencyConfirmMs: 0, slippageBps: 50 };
    expect(configSchema.parse({ profile: "mock" })).toMatchObject(mock);
    expect(configSchema.parse({ profile: "mock", successRate: 0 })).toMatchObject({ ...mock, successRate: 0 });
  });

  test.each([
    // given, when, so
    ["an unknown key", { latencyMs: 1 }, "", "latencyMs"],
    ["an unknown key within", { partialFills: { share: 1 } }, "partialFills", "share"],
    ["a fee that is no plain decimal", { feeBps: 1e-9 }, "feeBps", "plain decimal"],
    ["a price as a float", { instruments: [{ referencePrice: 1 }] }, "instruments.0.referencePrice", "string"],
    ["a negative latency", { latencySubmitMs: -1 }, "latencySubmitMs", ">=0"],
    ["a tape's depth without a tape", { depth: "tape" }, "depth", "prices.source"],
    ["a hosted exchange without a log", { exchange: {} }, "logFile", "needed"],
    ["a tape without its file", { prices: { source: "tape" } }, "prices.file", "string"],
    ["a source of prices that there is not", { prices: { source: "live" } }, "prices.source", "'tape'"],
    ["a symbol that is listed twice", { instruments: [btc, btc] }, "instruments", "twice"],
    ["a probability above one", { successRate: 1.1 }, "successRate", "<=1"],
  ])("refuses %s, naming it", (_given, config, path, word) => {
    const issues = configSchema.safeParse(config).error?.issues ?? [];
    const named = issues.find((issue) => issue.path.join(".") === path);
    expect(named?.message).toContain(word);
  });
});
