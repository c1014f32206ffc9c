import { onTestFinished } from "vitest";
import { BinanceStand, type BinanceStandOptions } from "../binance-stand.ts";
import { Caller } from "./caller.ts";

/** A stand that closes with the test, and two who trade there. */
export async function openStand(options: BinanceStandOptions = {}) {
  const stand = await BinanceStand.open(options);
  onTestFinished(() => stand.close());
  return { stand, alice: new Caller(stand, "alice"), bob: new Caller(stand, "bob") };
}
