import { setImmediate as turn } from "node:timers/promises";
import {
  type AccountId,
  accountId,
  amount,
  decimal,
  type Instrument,
  type InstrumentId,
  instrumentId,
  price,
  type Quantity,
  quantity,
  type VenueOrderId,
  type WallTime,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { FaultLine, type LineRequest } from "./fault-line.ts";
import type { ForeignOrder, StandMarket, VenueStand } from "./stand.ts";
import { StandExchange } from "./stand-exchange.ts";
import type { StandFault, StandOperation } from "./stand-fault.ts";

/** A request as a dialect answers it. */
export interface DialectRequest extends LineRequest {
  readonly headers: Headers;
  /** The body, if there is one. */
  readonly text: string;
}

/** How a venue speaks over HTTP. */
export interface HttpDialect {
  /** The venue's answer; what it throws is answered as a 500. */
  readonly answer: (exchange: StandExchange, request: DialectRequest) => Response;
  /** What a request asks for, by its method and address. */
  readonly operationOf: (request: LineRequest) => StandOperation;
  /** The answer to a look-up of an order that the venue does not know. */
  readonly notFound: (exchange: StandExchange) => Response;
}

export interface HttpStandOptions extends HttpDialect {
  readonly config: unknown;
  /** What the config holds that nobody must see. */
  readonly secrets: readonly string[];
}

const accounts: readonly [AccountId, AccountId] = [accountId("alice"), accountId("bob")];
const turnsPerAdvance = 3;
const instruments: readonly [Instrument, Instrument] = [
  listed("BTC", "0.01", "0.00001"),
  listed("ETH", "0.01", "0.0001"),
];
const start = { BTC: "1000", ETH: "1000", USDT: "10000000" };

function listed(base: string, tickSize: string, lotSize: string): Instrument {
  return {
    ...{ symbol: instrumentId(`${base}/USDT`), base, quote: "USDT" },
    ...{ tickSize: decimal(tickSize), lotSize: decimal(lotSize) },
    ...{ quantityMin: quantity(lotSize), quantityMax: quantity("9000"), notionalMin: amount("5") },
  };
}

/** A counterpart without sockets: a venue's dialect before an exchange in memory, on virtual time. */
export class HttpStand implements VenueStand {
  readonly config: unknown;
  readonly secrets: readonly string[];
  readonly accounts = accounts;
  readonly instruments = instruments;
  readonly clock = new ManualClock();
  readonly http: typeof fetch;
  readonly #exchange: StandExchange;
  readonly #line: FaultLine;
  #foreignOrders = 0;

  constructor({ config, secrets, answer, operationOf, notFound }: HttpStandOptions) {
    this.config = config;
    this.secrets = secrets;
    const exchange = new StandExchange(this.clock, instruments, start);
    exchange.setMarket("BTC/USDT", { bid: price("49999.99"), ask: price("50000.01") });
    exchange.setMarket("ETH/USDT", { bid: price("2999.99"), ask: price("3000.01") });
    const send: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      const { method, headers } = request;
      const text = await request.text();
      return answer(exchange, { method, headers, url: new URL(request.url), text });
    };
    this.#exchange = exchange;
    this.#line = new FaultLine({ send, operationOf, notFound: () => notFound(exchange) });
    this.http = this.#line.fetch;
  }

  venueTime(): WallTime {
    return this.#exchange.now();
  }

  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let count = 0; count < turnsPerAdvance; count += 1) await turn();
  }

  async log() {
    return this.#exchange.events;
  }

  async requests() {
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

  async skewClock(aheadMs: number): Promise<void> {
    this.#exchange.skew(aheadMs);
  }

  market(instrument: InstrumentId): StandMarket {
    return this.#exchange.market(instrument);
  }

  async setPrice(instrument: InstrumentId, market: StandMarket): Promise<void> {
    this.#exchange.setMarket(instrument, market);
  }

  async fill(order: VenueOrderId, size: Quantity): Promise<void> {
    this.#exchange.execute(this.#exchange.byId(order), size);
  }

  async cancelUnasked(order: VenueOrderId): Promise<void> {
    this.#exchange.cancel(this.#exchange.byId(order));
  }

  async placeForeign(account: AccountId, order: ForeignOrder): Promise<VenueOrderId> {
    this.#foreignOrders += 1;
    const key = `web-${this.#foreignOrders}`;
    return this.#exchange.place(account, { ...order, key, timeInForce: "GTC" }).id;
  }

  async close(): Promise<void> {}
}
