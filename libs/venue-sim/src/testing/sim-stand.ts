import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import {
  type AccountId,
  accountId,
  addMs,
  type Instrument,
  type InstrumentId,
  isTriggeredPricing,
  limitPriceOf,
  type Price,
  type Pricing,
  price,
  type Quantity,
  submitKey,
  type VenueOrderId,
  type WallTime,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import {
  FaultLine,
  type ForeignOrder,
  type LineRequest,
  type StandEvent,
  type StandFault,
  type StandMarket,
  type StandOperation,
  type VenueStand,
} from "@surefill/venue-testkit";
import { fingerprintOf } from "../client.ts";
import { configSchema } from "../config.ts";
import { Exchange } from "../exchange/exchange.ts";
import type { ExchangeEvent, OrderAccepted } from "../exchange/exchange-event.ts";
import { MemoryExchangeLog } from "../exchange/exchange-log.ts";
import { ExchangeHost } from "../exchange/http/exchange-host.ts";
import { encodeOrderRequest } from "../exchange/order-request.ts";
import { silent } from "./open-exchange.ts";
import { SteeredMarket } from "./steered-market.ts";

/** Turns of the event loop in which loopback sockets get to their work. */
const turnsPerAdvance = 3;
const byPath: readonly (readonly [RegExp, StandOperation])[] = [
  [/^POST \/accounts\/[^/]+\/orders$/, "SUBMIT"],
  [/^DELETE \/accounts\/[^/]+\/order$/, "CANCEL"],
  [/^DELETE \/accounts\/[^/]+\/orders$/, "CANCEL_ALL"],
  [/^GET \/accounts\/[^/]+\/order$/, "LOOKUP"],
  [/^GET \/accounts\/[^/]+\/orders$/, "OPEN_ORDERS"],
  [/^GET \/accounts\/[^/]+\/fills$/, "FILLS"],
  [/^GET \/accounts\/[^/]+\/balances$/, "BALANCES"],
  [/^GET \/accounts\/[^/]+\/reports$/, "STREAM"],
  [/^GET \/quotes$/, "PRICES"],
  [/^GET \/instruments$/, "INSTRUMENTS"],
];

/** The paper exchange behind its port, on a clock and in markets that a test moves, over a line that fails as told. */
export class SimStand implements VenueStand {
  readonly accounts: readonly [AccountId, AccountId] = [accountId("paper"), accountId("paper-2")];
  readonly clock = new ManualClock();
  readonly secrets = [];
  readonly config: unknown;
  readonly instruments: readonly [Instrument, Instrument];
  readonly http: typeof fetch;
  readonly #line: FaultLine;
  readonly #host: ExchangeHost;
  readonly #exchangeClock: ManualClock;
  readonly #exchangeLog: MemoryExchangeLog;
  readonly #markets: ReadonlyMap<InstrumentId, SteeredMarket>;
  #foreignOrders = 0;

  private constructor(parts: StandParts) {
    this.config = parts.config;
    this.instruments = parts.instruments;
    this.#host = parts.host;
    this.#exchangeClock = parts.exchangeClock;
    this.#exchangeLog = parts.exchangeLog;
    this.#markets = parts.markets;
    this.#line = new FaultLine({ send: fetch, operationOf, notFound: () => this.#notFound() });
    this.http = this.#line.fetch;
  }

  static async open(): Promise<SimStand> {
    const fields = {
      ...{ latencySubmitMs: 0, latencyConfirmMs: 0, feeAsset: "base", startBalance: "10000000" },
      startBalances: { BTC: "1000", SOL: "100000" },
      // Another host has the port, so the library writes no book.
      logFile: join(tmpdir(), "surefill-sim-stand-has-no-book.jsonl"),
    };
    const exchangeClock = new ManualClock();
    const exchangeLog = new MemoryExchangeLog();
    const { requestWindowMs, faults, exchange: _, ...settings } = configSchema.parse(fields);
    const [first, second] = settings.instruments;
    if (first === undefined || second === undefined) throw new Error("the default config lists fewer than two");
    const markets = new Map<InstrumentId, SteeredMarket>([
      [first.symbol, new SteeredMarket({ bid: price("9999.99"), ask: price("10000.01") })],
      [second.symbol, new SteeredMarket({ bid: price("149.9"), ask: price("150.1") })],
    ]);
    const surroundings = {
      ...{ clock: exchangeClock, log: silent, exchangeLog },
      prices: new Map([...markets].map(([symbol, { source }]) => [symbol, source])),
    };
    // What there is of a row is what setPrice said; no end to it elsewhere.
    const open = () => Exchange.open({ ...settings, depth: "tape" }, surroundings);
    const options = { fingerprint: fingerprintOf(settings), heartbeatMs: 60_000, clock: exchangeClock, log: silent };
    const host = await ExchangeHost.start(open, { port: 0, ...options });
    if (host === undefined) throw new Error("no port is free");
    const config = { ...fields, exchange: { port: host.port, heartbeatMs: 60_000, requestTimeoutMs: 600_000 } };
    const listed = ({ referencePrice, ...instrument }: typeof first): Instrument => instrument;
    const instruments = [listed(first), listed(second)] as const;
    return new SimStand({ config, instruments, host, exchangeClock, exchangeLog, markets });
  }

  venueTime(): WallTime {
    return this.#exchangeClock.wall();
  }

  async advance(ms: number): Promise<void> {
    this.#exchangeClock.advance(ms);
    this.clock.advance(ms);
    for (let count = 0; count < turnsPerAdvance; count += 1) await turn();
  }

  /** The exchange's clock never runs backwards, so it is the library's that is set. */
  async skewClock(aheadMs: number): Promise<void> {
    this.clock.setWall(addMs(this.#exchangeClock.wall(), -aheadMs));
  }

  async log(): Promise<readonly StandEvent[]> {
    return this.#exchangeLog.events.flatMap(standEvent);
  }

  async requests(): Promise<Readonly<Record<StandOperation, number>>> {
    return this.#line.requests();
  }

  async inject(fault: StandFault): Promise<void> {
    this.#line.inject(fault);
  }

  async calm(): Promise<void> {
    this.#line.calm();
  }

  deliverHeld(): Promise<void> {
    return this.#line.deliverHeld();
  }

  async outage(isDown: boolean): Promise<void> {
    this.#line.outage(isDown);
  }

  market(instrument: InstrumentId): StandMarket {
    const { bid, ask, bidAmount, askAmount } = this.#market(instrument).current;
    return {
      ...{ bid, ask },
      ...(bidAmount === undefined ? {} : { bidQuantity: bidAmount }),
      ...(askAmount === undefined ? {} : { askQuantity: askAmount }),
    };
  }

  async setPrice(instrument: InstrumentId, { bid, ask, bidQuantity, askQuantity }: StandMarket): Promise<void> {
    this.#market(instrument).move({
      ...{ bid, ask },
      ...(bidQuantity === undefined ? {} : { bidAmount: bidQuantity }),
      ...(askQuantity === undefined ? {} : { askAmount: askQuantity }),
    });
    // Whatever the exchange is asked, it brings its markets to where they stand first.
    await this.#host.exchange.quotes([instrument]);
  }

  async fill(order: VenueOrderId, quantity: Quantity): Promise<void> {
    const { account, submitKey: key } = this.#accepted(order);
    this.#host.exchange.executeUnasked(account, key, quantity);
  }

  async cancelUnasked(order: VenueOrderId): Promise<void> {
    const { account, submitKey: key } = this.#accepted(order);
    await this.#host.exchange.cancel(account, key);
  }

  async placeForeign(account: AccountId, terms: ForeignOrder): Promise<VenueOrderId> {
    this.#foreignOrders += 1;
    const { instrument, side, quantity, limitPrice } = terms;
    const payload = encodeOrderRequest({
      ...{ submitKey: submitKey(`web_${this.#foreignOrders}`), instrument, side },
      pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice },
      size: { in: "BASE", quantity },
      validUntil: addMs(this.venueTime(), 1_000),
    });
    const answer = await this.#host.exchange.submit(account, payload);
    if (answer.kind !== "ACCEPTED") throw new Error(`the exchange refused the foreign order: ${answer.message}`);
    return answer.venueOrderId;
  }

  close(): Promise<void> {
    return this.#host.close();
  }

  #market(instrument: InstrumentId): SteeredMarket {
    const market = this.#markets.get(instrument);
    if (market === undefined) throw new RangeError(`${instrument} has no market here`);
    return market;
  }

  #accepted(order: VenueOrderId): OrderAccepted {
    const found = this.#exchangeLog.events.find(
      (event): event is OrderAccepted => event.type === "ORDER_ACCEPTED" && event.venueOrderId === order,
    );
    if (found === undefined) throw new RangeError(`the exchange never accepted ${order}`);
    return found;
  }

  #notFound(): Response {
    return Response.json({ kind: "NOT_FOUND", asOf: this.venueTime() });
  }
}

interface StandParts {
  readonly config: unknown;
  readonly instruments: readonly [Instrument, Instrument];
  readonly host: ExchangeHost;
  readonly exchangeClock: ManualClock;
  readonly exchangeLog: MemoryExchangeLog;
  readonly markets: ReadonlyMap<InstrumentId, SteeredMarket>;
}

function operationOf({ method, url }: LineRequest): StandOperation {
  const text = `${method} ${url.pathname}`;
  return byPath.find(([pattern]) => pattern.test(text))?.[1] ?? "OTHER";
}

/** An event of the exchange's log in the kit's words; a refusal is none, for nothing was done, nor is a trigger. */
function standEvent(event: ExchangeEvent): readonly StandEvent[] {
  switch (event.type) {
    case "STARTED":
    case "ORDER_REFUSED":
    case "ORDER_TRIGGERED":
      return [];
    case "ORDER_ACCEPTED":
      return [accepted(event)];
    case "FILL": {
      const { account, venueOrderId, venueFillId, quantity, price: at, fee, feeAsset } = event;
      const figures = { venueFillId, quantity, price: at, fee: { asset: feeAsset, amount: fee } };
      return [{ type: "FILLED", account, venueOrderId, ...figures, at: event.at }];
    }
    case "ORDER_CANCELLED":
    case "ORDER_EXPIRED": {
      const { account, venueOrderId, at } = event;
      return [
        { type: "ENDED", account, venueOrderId, how: event.type === "ORDER_CANCELLED" ? "CANCELLED" : "EXPIRED", at },
      ];
    }
  }
}

function accepted(event: OrderAccepted): StandEvent {
  const { account, venueOrderId, submitKey: key, instrument, side, quantity, quoteAmount, pricing, at } = event;
  const limitPrice: Price | undefined = limitPriceOf(pricing);
  return {
    ...{ type: "ACCEPTED", account, venueOrderId, submitKey: key, instrument, side, at },
    ...(quoteAmount === undefined ? { quantity } : { quoteAmount }),
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...triggerOf(pricing),
  };
}

function triggerOf(pricing: Pricing): { readonly triggerPrice?: Price } {
  return isTriggeredPricing(pricing) ? { triggerPrice: pricing.triggerPrice } : {};
}
