import { join } from "node:path";
import { parseSimSubmitKey } from "@surefill/venue-sim";
import { freePort } from "../../../launch/free-port.ts";
import { startPrice } from "../../order-plan.ts";
import type { CrashVenue, LinePlan, VenueTerms } from "../crash-venue.ts";
import { VenueProcess } from "./venue-process.ts";

/** The paper venue at its simulated exchange, behind lines that break what goes over them. */
export class SimVenue implements CrashVenue {
  readonly name = "sim";
  readonly orderEveryMs = 40;
  readonly env = {};
  readonly parseSubmitKey = parseSimSubmitKey;
  readonly #terms: VenueTerms;
  readonly #exchangePort: number;
  readonly #sim: Readonly<Record<string, unknown>>;
  readonly #logFile: string;

  private constructor(terms: VenueTerms, exchangePort: number) {
    const { seed, folder, flightMs } = terms;
    this.#terms = terms;
    this.#exchangePort = exchangePort;
    this.#logFile = join(folder, "exchange.jsonl");
    this.#sim = {
      seed,
      logFile: this.#logFile,
      latencySubmitMs: flightMs,
      latencyConfirmMs: 40,
      prices: { source: "walk", startPrices: { "BTC/USDT": `${startPrice}` }, volatilityBps: 10 },
      partialFills: { probability: 0.3, partsMax: 4 },
    };
  }

  static async plan(terms: VenueTerms): Promise<SimVenue> {
    return new SimVenue(terms, await freePort());
  }

  configOf(linePort: number) {
    const exchange = { port: linePort, requestTimeoutMs: 10_000, heartbeatMs: 500 };
    return {
      plugin: "@surefill/venue-sim",
      config: { ...this.#sim, requestWindowMs: this.#terms.requestWindowMs, exchange },
    };
  }

  open(lines: readonly LinePlan[], { faults }: { readonly faults: boolean }): Promise<VenueProcess> {
    const { folder, requestWindowMs, seed } = this.#terms;
    const settings = { sim: this.#sim, exchangePort: this.#exchangePort, lines, requestWindowMs, seed, faults };
    return VenueProcess.open(folder, settings, this.#logFile);
  }
}
