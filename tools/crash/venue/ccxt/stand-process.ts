import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readEventLog } from "@surefill/stand-binance";
import { z } from "zod";
import { killProcess, launchProcess } from "../../../launch/launch-process.ts";
import { startPrice } from "../../order-plan.ts";
import type { LinePlan, RunningVenue } from "../crash-venue.ts";
import type { VenueEvent } from "../venue-event.ts";
import { Wire } from "../wire.ts";
import { faultRates } from "./fault-rates.ts";
import { MarketWalk } from "./market-walk.ts";
import { Relay } from "./relay.ts";
import { venueEventsOf } from "./stand-event-of.ts";

export interface StandOptions {
  readonly accounts: readonly { readonly account: string; readonly apiKey: string; readonly secret: string }[];
  readonly lines: readonly LinePlan[];
  readonly requestWindowMs: number;
  readonly flightMs: number;
  readonly seed: number;
  readonly folder: string;
  readonly logFile: string;
  readonly faults: boolean;
}

const placeSchema = z.object({ origin: z.url(), control: z.url() });
const balances = { USDT: "100000000", BTC: "10000" };
const marketEveryMs = 250;

/** The local exchange as a process of its own, the ways to it, and its market, which moves. */
export class StandProcess implements RunningVenue {
  readonly wire: Wire;
  readonly #process: ChildProcess;
  readonly #control: string;
  readonly #logFile: string;
  readonly #relays: readonly Relay[];
  readonly #killNow: () => void;
  #isOver = false;
  #moving: Promise<void> = Promise.resolve();

  private constructor(parts: {
    readonly wire: Wire;
    readonly process: ChildProcess;
    readonly control: string;
    readonly logFile: string;
    readonly relays: readonly Relay[];
  }) {
    this.wire = parts.wire;
    this.#process = parts.process;
    this.#control = parts.control;
    this.#logFile = parts.logFile;
    this.#relays = parts.relays;
    this.#killNow = () => parts.process.kill("SIGKILL");
    process.once("exit", this.#killNow);
  }

  static async open(options: StandOptions): Promise<StandProcess> {
    const { accounts, lines, requestWindowMs, flightMs, seed, folder, logFile, faults } = options;
    const settingsFile = join(folder, "stand.json");
    await writeFile(settingsFile, JSON.stringify(settingsOf(accounts), null, 2));
    const command = ["stands/binance/src/main.ts", "--log", logFile, "--settings", settingsFile] as const;
    const launched = await launchProcess({ name: "venue", folder, command, readyText: '"control"' });
    const { origin, control } = placeSchema.parse(JSON.parse(launched.readyLine));
    const wire = new Wire();
    const exchangePort = Number(new URL(origin).port);
    const relays = await Promise.all(
      lines.map((line) => Relay.open({ ...line, exchangePort, flightMs, onWire: (message) => wire.tell(message) })),
    );
    const stand = new StandProcess({ wire, process: launched.process, control, logFile, relays });
    if (faults) await stand.#tell("setFaultRates", { seed, rates: faultRates(requestWindowMs) });
    stand.#moving = stand.#moveMarket(new MarketWalk(seed, startPrice));
    return stand;
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async calm(): Promise<void> {
    await this.#tell("clearFaults", {});
  }

  async log(): Promise<readonly VenueEvent[]> {
    return venueEventsOf(readEventLog(this.#logFile));
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#moving;
    await Promise.all(this.#relays.map((relay) => relay.close()));
    await killProcess(this.#process);
    process.off("exit", this.#killNow);
  }

  async #moveMarket(walk: MarketWalk): Promise<void> {
    // A process that is not there ends the run by `isAlive`, not here.
    while (!this.#isOver && this.isAlive) {
      await this.#tell("setMarket", { symbol, ...walk.next() }).catch(() => {});
      await sleep(marketEveryMs);
    }
  }

  /** @throws Error with what the exchange's control has against it. */
  async #tell(operation: string, input: object): Promise<void> {
    const response = await fetch(`${this.#control}/${operation}`, { method: "POST", body: JSON.stringify(input) });
    if (!response.ok) throw new Error(`the stand refuses ${operation}: ${await response.text()}`);
  }
}

const symbol = "BTCUSDT";

/** Binance's limits but for one: the weight that all accounts of an address share. */
function settingsOf(accounts: StandOptions["accounts"]) {
  const price = (offset: number) => (startPrice + offset).toFixed(2);
  return {
    symbols: [{ symbol, bid: price(-1), ask: price(1), maxOpenOrders: 5_000 }],
    accounts: accounts.map((account) => ({ ...account, balances })),
    limits: { weightPerMinute: 1_000_000, requestsPerFiveMinutes: 1_000_000 },
  };
}
