import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  type AccountId,
  accountId,
  amount,
  type Clock,
  compare,
  type Decimal,
  decimal,
  type Instrument,
  type InstrumentId,
  instrumentId,
  price,
  quantity,
  type VenueOrderId,
  venueOrderId,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import type { StandLimits, StandMarket, VenueStand } from "@surefill/venue-testkit";
import { BinanceStand } from "./binance-stand.ts";
import type { SymbolSettings } from "./exchange/settings.ts";
import { zero } from "./exchange/wire-decimal.ts";
import { isReportFault, requestFaultOf } from "./fault/kit-fault.ts";
import { realClock } from "./real-clock.ts";
import { standEventOf } from "./stand-event-of.ts";

/** Where a library finds the stand, and as whom. */
export interface StandReach {
  readonly origin: string;
  readonly streamUrl: string;
  readonly instruments: readonly [InstrumentId, InstrumentId];
  readonly credentials: Readonly<Record<AccountId, { readonly apiKey: string; readonly secret: string }>>;
}

export interface VenueStandOptions {
  /** The library's configuration that reaches the stand. */
  readonly configOf: (reach: StandReach) => unknown;
  /** Virtual time moves by advance() alone; REAL unless given. */
  readonly time?: "REAL" | "VIRTUAL";
}

/** It can do everything. */
export const venueStandLimits: StandLimits = {};

const accounts = [accountId("alice"), accountId("bob")] as const;
const symbols = [
  { symbol: "BTCUSDT", base: "BTC", bid: "49999.99", ask: "50000.01" },
  { symbol: "ETHUSDT", base: "ETH", bid: "2999.99", ask: "3000.01", stepSize: "0.0001", minQuantity: "0.0001" },
] as const;
/** What stands at a price where no quantity is given: more than anybody can pay. */
const endless = decimal("1000000000");
const countedMax = decimal("500000000");
/** Turns of the event loop in which what a clock woke gets as far as it can without more time. */
const settlingTurns = 20;

/** A local Binance as the conformance kit steers it. */
export async function openVenueStand({ configOf, time = "REAL" }: VenueStandOptions): Promise<VenueStand> {
  const manual = time === "VIRTUAL" ? new ManualClock() : undefined;
  const keyed = accounts.map((account) => ({
    account,
    apiKey: `key-${randomBytes(16).toString("hex")}`,
    secret: `secret-${randomBytes(16).toString("hex")}`,
    balances: { USDT: "1000000", BTC: "100", ETH: "100" },
  }));
  const stand = await BinanceStand.open({
    clock: manual ?? realClock,
    settings: {
      accounts: keyed,
      symbols: symbols.map((symbol) => ({ ...symbol, depth: endless, marketMaxQuantity: "9000" })),
    },
  });
  return new KitStand(stand, { configOf, keyed, manual });
}

interface KitStandParts extends Pick<VenueStandOptions, "configOf"> {
  readonly keyed: readonly { readonly account: AccountId; readonly apiKey: string; readonly secret: string }[];
  readonly manual: ManualClock | undefined;
}

class KitStand implements VenueStand {
  readonly config: unknown;
  readonly accounts = accounts;
  readonly instruments: VenueStand["instruments"];
  readonly clock: Clock;
  readonly secrets: readonly string[];
  readonly #stand: BinanceStand;
  readonly #manual: ManualClock | undefined;
  /** Down until somebody asks the stand for something: one refused connection can't be told from the next. */
  #isRefusing = false;

  constructor(stand: BinanceStand, { configOf, keyed, manual }: KitStandParts) {
    const [first, second] = stand.exchange.settings.symbols.map(instrumentOf);
    if (first === undefined || second === undefined) throw new RangeError("two instruments are traded here");
    this.#stand = stand;
    this.#manual = manual;
    this.instruments = [first, second];
    this.clock = manual ?? realClock;
    this.secrets = keyed.flatMap(({ apiKey, secret }) => [apiKey, secret]);
    this.config = configOf({
      origin: stand.origin,
      streamUrl: stand.streamUrl,
      instruments: [first.symbol, second.symbol],
      credentials: Object.fromEntries(keyed.map(({ account, apiKey, secret }) => [account, { apiKey, secret }])),
    });
  }

  venueTime() {
    return this.#stand.exchange.venueTime();
  }

  async advance(ms: number): Promise<void> {
    if (this.#manual === undefined) return realClock.sleep(ms);
    this.#manual.advance(ms);
    for (let turn = 0; turn < settlingTurns; turn += 1) await setImmediate();
  }

  async log() {
    await this.#listen();
    const { events, exchange } = this.#stand;
    const instruments = new Map(
      exchange.settings.symbols.map((symbol) => [symbol.symbol, instrumentOf(symbol).symbol]),
    );
    return events.flatMap((event) => standEventOf(event, instruments) ?? []);
  }

  async requests() {
    await this.#listen();
    return this.#stand.requests;
  }

  async inject(fault: Parameters<VenueStand["inject"]>[0]): Promise<void> {
    await this.#listen();
    const { kind, on, times = 1 } = fault;
    if (kind === "STREAM_CUT") return this.#stand.cutStreams();
    if (isReportFault(kind)) return this.#stand.reportFaults.queue(kind, times);
    if (kind === "CONNECTION_REFUSED") {
      this.#isRefusing = true;
      return this.#stand.outage(true);
    }
    this.#stand.faults.queue({ on, times, fault: requestFaultOf(kind, fault.retryAfterMs) });
  }

  async calm(): Promise<void> {
    await this.#listen();
    this.#stand.faults.clear();
  }

  async deliverHeld(): Promise<void> {
    await this.#listen();
    this.#stand.deliverHeld();
  }

  async outage(isDown: boolean): Promise<void> {
    this.#isRefusing = false;
    await this.#stand.outage(isDown);
  }

  async skewClock(aheadMs: number): Promise<void> {
    this.#stand.exchange.skew(aheadMs);
  }

  market(instrument: InstrumentId): StandMarket {
    const { bids, asks } = this.#stand.exchange.market(symbolOf(instrument));
    const [bid, ask] = [bids[0], asks[0]];
    if (bid === undefined || ask === undefined) throw new RangeError(`${instrument} has no market`);
    return {
      bid: price(bid.price),
      ask: price(ask.price),
      ...(isCounted(bid.quantity) && { bidQuantity: quantity(bid.quantity) }),
      ...(isCounted(ask.quantity) && { askQuantity: quantity(ask.quantity) }),
    };
  }

  async setPrice(instrument: InstrumentId, market: StandMarket): Promise<void> {
    const bids = [{ price: market.bid, quantity: market.bidQuantity ?? endless }];
    const asks = [{ price: market.ask, quantity: market.askQuantity ?? endless }];
    this.#stand.exchange.setMarket(symbolOf(instrument), bids, asks);
  }

  async fill(order: VenueOrderId, filled: Parameters<VenueStand["fill"]>[1]): Promise<void> {
    this.#stand.exchange.execute(Number(order), filled);
  }

  async cancelUnasked(order: VenueOrderId): Promise<void> {
    this.#stand.exchange.expire(Number(order));
  }

  async placeForeign(...[account, order]: Parameters<VenueStand["placeForeign"]>): Promise<VenueOrderId> {
    const placed = this.#stand.exchange.place(
      account,
      {
        symbol: symbolOf(order.instrument),
        clientOrderId: `web_${randomBytes(12).toString("hex")}`,
        side: order.side,
        orderType: "LIMIT",
        timeInForce: "GTC",
        quantity: order.quantity,
        quoteOrderQuantity: zero,
        price: order.limitPrice,
        stopPrice: zero,
      },
      "FOREIGN",
    );
    return venueOrderId(String(placed.accepted.orderId));
  }

  close(): Promise<void> {
    return this.#stand.close();
  }

  async #listen(): Promise<void> {
    if (this.#isRefusing) await this.outage(false);
  }
}

function instrumentOf(symbol: SymbolSettings): Instrument {
  return {
    symbol: instrumentId(`${symbol.base}/${symbol.quote}`),
    base: symbol.base,
    quote: symbol.quote,
    tickSize: symbol.tickSize,
    lotSize: symbol.stepSize,
    quantityMin: quantity(symbol.minQuantity),
    quantityMax: quantity(symbol.maxQuantity),
    notionalMin: amount(symbol.minNotional),
  };
}

function symbolOf(instrument: InstrumentId): string {
  return instrument.replace("/", "");
}

/** What was taken from an endless level leaves it endless. */
function isCounted(size: Decimal): boolean {
  return compare(size, countedMax) < 0;
}
