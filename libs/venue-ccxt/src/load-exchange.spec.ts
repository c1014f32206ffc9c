import { describe, expect, test } from "vitest";
import { loadExchange } from "./load-exchange.ts";

describe("loading an exchange", () => {
  test("given one of ccxt's, so its class comes, as one module", async () => {
    const Kraken = await loadExchange("kraken");
    expect(new Kraken({}).id).toBe("kraken");
  });

  test.each(["nosuchexchange", "../binance", "base/Exchange", "", "BINANCE"])(
    "given %j, which ccxt doesn't have, so it is refused by name",
    async (id) => {
      await expect(loadExchange(id)).rejects.toMatchObject({ code: "CONFIG_INVALID", context: { exchange: id } });
    },
  );
});
