import { randomBytes, randomInt } from "node:crypto";
import type { Clock, Log, Random } from "@surefill/core";
import type { StandOperation } from "@surefill/venue-testkit";
import type { z } from "zod";
import { type EventLog, MemoryEventLog } from "./exchange/event-log.ts";
import type { ExchangeEvent } from "./exchange/exchange-event.ts";
import { FileEventLog } from "./exchange/file-event-log.ts";
import type { Level } from "./exchange/outside-market.ts";
import { settingsSchema } from "./exchange/settings.ts";
import { SpotExchange } from "./exchange/spot-exchange.ts";
import { FaultBox } from "./fault/fault-box.ts";
import { realClock } from "./real-clock.ts";
import { Authentication } from "./rest/authenticate.ts";
import { LoopbackServer } from "./rest/loopback-server.ts";
import { RestServer } from "./rest/rest-server.ts";
import type { ReportFaults } from "./stream/report-faults.ts";
import { StreamServer } from "./stream/stream-server.ts";

/** What a stand is opened with; everything has a default. */
export interface BinanceStandOptions {
  readonly settings?: z.input<typeof settingsSchema>;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Log;
  /** 0: any that is free. */
  readonly port?: number;
  /** Where it keeps what happened, and comes back from; without one it forgets. */
  readonly logFile?: string;
}

/** The market after a while. */
export interface TapeRow {
  /** Counted from the row before. */
  readonly afterMs: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/**
 * A local exchange that speaks Binance's spot interface on a loopback port, and does to its callers what a test asks for.
 * What the exchange itself can be told (prices, fills, balances, its clock) is on `exchange`.
 */
export class BinanceStand {
  readonly exchange: SpotExchange;
  readonly faults: FaultBox;
  readonly authentication: Authentication;
  readonly #eventLog: EventLog;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #rest: RestServer;
  readonly #stream: StreamServer;
  readonly #door: LoopbackServer;
  readonly #closed: AbortController;

  private constructor(parts: {
    readonly exchange: SpotExchange;
    readonly faults: FaultBox;
    readonly authentication: Authentication;
    readonly eventLog: EventLog;
    readonly clock: Clock;
    readonly log: Log;
    readonly rest: RestServer;
    readonly stream: StreamServer;
    readonly door: LoopbackServer;
    readonly closed: AbortController;
  }) {
    this.exchange = parts.exchange;
    this.faults = parts.faults;
    this.authentication = parts.authentication;
    this.#eventLog = parts.eventLog;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#rest = parts.rest;
    this.#stream = parts.stream;
    this.#door = parts.door;
    this.#closed = parts.closed;
  }

  /** @throws Error for settings, a log or a port that can't be used. */
  static async open(options: BinanceStandOptions = {}): Promise<BinanceStand> {
    const { clock = realClock, random = systemRandom, log = standardError, port = 0, logFile } = options;
    const settings = settingsSchema.parse(options.settings ?? {});
    const eventLog = logFile === undefined ? new MemoryEventLog() : FileEventLog.open(logFile);
    const exchange = new SpotExchange({ settings, clock, eventLog }, eventLog.read());
    const faults = new FaultBox();
    const authentication = new Authentication(settings.accounts);
    const closed = new AbortController();
    const ports = { exchange, authentication, faults, clock, random, log, signal: closed.signal };
    const rest = new RestServer(ports);
    const stream = new StreamServer(ports);
    const door = await LoopbackServer.start((request, response) => rest.handle(request, response), {
      ...{ port, random },
    });
    door.server.on("upgrade", (request, socket, head) => stream.upgrade(request, socket, head));
    return new BinanceStand({ exchange, faults, authentication, eventLog, clock, log, rest, stream, door, closed });
  }

  /** What stands for https://api.binance.com. */
  get origin(): string {
    return `http://127.0.0.1:${this.#door.port}`;
  }

  /** What stands for wss://ws-api.binance.com:443/ws-api/v3. */
  get streamUrl(): string {
    return `ws://127.0.0.1:${this.#door.port}/ws-api/v3`;
  }

  /** Everything that happened, oldest first, from before a restart too. */
  get events(): readonly ExchangeEvent[] {
    return this.#eventLog.read();
  }

  /** Requests that arrived since it opened, by what they asked for; also those that met a fault or were refused. */
  get requests(): Readonly<Record<StandOperation, number>> {
    return { ...this.#rest.requests, STREAM: this.#stream.connectionCount };
  }

  get reportFaults(): Pick<ReportFaults<unknown>, "queue" | "clear"> {
    return this.#stream.reportFaults;
  }

  /** Subscriptions to user data that are open. */
  get subscriptions(): number {
    return this.#stream.subscriptionCount;
  }

  /** Lets the requests that were held back arrive; they are judged when it returns. */
  deliverHeld(): void {
    this.#rest.deliverHeld();
  }

  /** Breaks the streams that are open. */
  cutStreams(): void {
    this.#stream.cut();
  }

  /** While it is down every connection is refused, and those that were open are broken. */
  async outage(isDown: boolean): Promise<void> {
    if (!isDown) return this.#door.takeAgain();
    this.#stream.cut();
    await this.#door.leave();
  }

  /** Moves a symbol's market row by row, until the rows or the stand end; resolves then. */
  async playTape(symbol: string, rows: Iterable<TapeRow>): Promise<void> {
    for (const { afterMs, bids, asks } of rows) {
      await this.#clock.sleep(afterMs, this.#closed.signal);
      if (this.#closed.signal.aborted) return;
      this.exchange.setMarket(symbol, bids, asks);
    }
  }

  /** As playTape, without waiting for its end. */
  startTape(symbol: string, rows: Iterable<TapeRow>): void {
    this.playTape(symbol, rows).catch((error: unknown) => this.#log.error({ error }, "the tape ended in an error"));
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#stream.cut();
    await this.#door.leave();
    this.exchange.close();
  }
}

const unitSteps = 2 ** 40;

const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  unit: () => randomInt(unitSteps) / unitSteps,
};

/** A stand's own bugs must be seen. */
const standardError: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => console.error(message, fields),
  error: (fields, message) => console.error(message, fields),
};
