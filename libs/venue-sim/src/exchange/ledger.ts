import {
  type AccountId,
  addQuantity,
  type InstrumentId,
  laterOf,
  type Quantity,
  type Side,
  type SubmitKey,
  type VenueFill,
  type WallTime,
  wallTime,
  zeroQuantity,
} from "@surefill/core";
import { Balances } from "./balances.ts";
import { BookedOrder } from "./booked-order.ts";
import type { ExchangeEvent, FillEvent, OrderAccepted, OrderEnded, OrderTriggered } from "./exchange-event.ts";
import { LimitBook } from "./limit-book.ts";
import type { ExchangeSettings, ListedInstrument, Listing } from "./settings.ts";
import { TriggerBook } from "./trigger-book.ts";

/** A fill with the client order id it belongs to. */
export interface LedgerFill {
  readonly submitKey: SubmitKey;
  readonly fill: VenueFill;
}

/** The last row of a market that an order took or was filled on, and what has been taken from it, by taker's side. */
interface MarketPosition {
  readonly row: number;
  readonly taken: Readonly<Record<Side, Quantity>>;
}

const nothingTaken = { BUY: zeroQuantity, SELL: zeroQuantity } as const;

/** Everything the exchange knows. It changes by events alone, so that its log replays to it. */
export class Ledger {
  readonly balances: Balances;
  readonly #listing: Listing;
  readonly #orders = new Map<string, BookedOrder>();
  readonly #open = new Map<AccountId, Set<BookedOrder>>();
  readonly #books = new Map<InstrumentId, LimitBook>();
  readonly #triggers = new Map<InstrumentId, TriggerBook>();
  readonly #fills = new Map<AccountId, LedgerFill[]>();
  readonly #markets = new Map<InstrumentId, MarketPosition>();
  #startedAt: WallTime | undefined;
  #lastAt = wallTime(0);
  #openCount = 0;

  constructor(listing: Listing, settings: ExchangeSettings) {
    this.#listing = listing;
    this.balances = new Balances(settings);
  }

  /** When the exchange first opened: it names this ledger among those of other runs. */
  get startedAt(): WallTime {
    return this.#startedAt ?? this.#lastAt;
  }

  /** The time of the last event. */
  get lastAt(): WallTime {
    return this.#lastAt;
  }

  get orderCount(): number {
    return this.#orders.size;
  }

  get openCount(): number {
    return this.#openCount;
  }

  find(account: AccountId, submitKey: SubmitKey): BookedOrder | undefined {
    return this.#orders.get(orderKey(account, submitKey));
  }

  openOrders(account: AccountId): readonly BookedOrder[] {
    return [...(this.#open.get(account) ?? [])];
  }

  /** Orders that still have to execute against their row, or expire: what a restart goes on with. */
  unsettled(): readonly BookedOrder[] {
    return [...this.#open.values()].flatMap((orders) => [...orders].filter(({ isSettled }) => !isSettled));
  }

  /** The instruments of open orders. */
  openInstruments(): readonly InstrumentId[] {
    const open = [...this.#open.values()].flatMap((orders) => [...orders]);
    return [...new Set(open.map(({ accepted }) => accepted.instrument))];
  }

  book(instrument: InstrumentId): LimitBook {
    return entryOf(this.#books, instrument, () => new LimitBook());
  }

  triggers(instrument: InstrumentId): TriggerBook {
    return entryOf(this.#triggers, instrument, () => new TriggerBook());
  }

  fills(account: AccountId): readonly LedgerFill[] {
    return this.#fills.get(account) ?? [];
  }

  /** The last row of the market that was used, or undefined before the first. */
  lastRow(instrument: InstrumentId): number | undefined {
    return this.#markets.get(instrument)?.row;
  }

  /** What orders of `side` have taken from a row. */
  taken(instrument: InstrumentId, row: number, side: Side): Quantity {
    const market = this.#markets.get(instrument);
    return market?.row === row ? market.taken[side] : zeroQuantity;
  }

  /** @throws RangeError for an event that can't follow the ones before it: the log is not one of this exchange. */
  apply(event: ExchangeEvent): void {
    this.#lastAt = laterOf(this.#lastAt, event.at);
    switch (event.type) {
      case "STARTED":
        this.#startedAt ??= event.at;
        return;
      case "ORDER_REFUSED":
        return;
      case "ORDER_ACCEPTED":
        this.#accept(event);
        return;
      case "ORDER_TRIGGERED":
        this.#change(event, (order) => order.trigger(event));
        this.#take(event, event.takes);
        return;
      case "FILL":
        this.#fill(event);
        return;
      case "ORDER_CANCELLED":
      case "ORDER_EXPIRED":
        this.#end(event);
        return;
    }
  }

  #accept(event: OrderAccepted): void {
    const key = orderKey(event.account, event.submitKey);
    if (this.#orders.has(key)) throw new RangeError(`order ${key} is accepted twice`);
    const instrument = this.#listed(event.instrument);
    const order = new BookedOrder(event);
    this.#orders.set(key, order);
    entryOf(this.#open, event.account, () => new Set<BookedOrder>()).add(order);
    this.#openCount += 1;
    this.#take(event, event.takes);
    this.balances.hold(order, instrument);
    if (order.isResting) this.book(event.instrument).add(order);
    if (order.isWaiting) this.triggers(event.instrument).add(order);
  }

  #fill(event: FillEvent): void {
    const instrument = this.#listed(event.instrument);
    this.#change(event, (order) => {
      const fill = order.fill(event);
      entryOf(this.#fills, event.account, (): LedgerFill[] => []).push({ submitKey: event.submitKey, fill });
    });
    this.balances.settle(event, instrument);
    // What a taker takes was counted when it was accepted or triggered.
    if (event.liquidity === "MAKER") this.#take(event, event.quantity);
  }

  #end(event: OrderEnded): void {
    this.#change(event, (order) => order.end(event));
  }

  #change(event: FillEvent | OrderTriggered | OrderEnded, change: (order: BookedOrder) => void): void {
    const order = this.find(event.account, event.submitKey);
    if (order === undefined) throw new RangeError(`${event.type} of an order that was never accepted`);
    const { instrument } = order.accepted;
    const before = { isOpen: order.isOpen, isResting: order.isResting, isWaiting: order.isWaiting };
    change(order);
    if (before.isResting && !order.isResting) this.book(instrument).remove(order);
    if (!before.isResting && order.isResting) this.book(instrument).add(order);
    if (before.isWaiting && !order.isWaiting) this.triggers(instrument).remove(order);
    if (before.isOpen && !order.isOpen) {
      this.#open.get(event.account)?.delete(order);
      this.#openCount -= 1;
    }
    this.balances.hold(order, this.#listed(instrument));
  }

  #take({ instrument, row, side }: OrderAccepted | OrderTriggered | FillEvent, quantity: Quantity): void {
    if (row === undefined) return;
    const market = this.#markets.get(instrument);
    const taken = market?.row === row ? market.taken : nothingTaken;
    this.#markets.set(instrument, { row, taken: { ...taken, [side]: addQuantity(taken[side], quantity) } });
  }

  #listed(instrument: InstrumentId): ListedInstrument {
    const listed = this.#listing.get(instrument);
    if (listed === undefined) throw new RangeError(`${instrument} is not listed`);
    return listed;
  }
}

/** Neither part can hold a slash before the other begins: accounts have none. */
function orderKey(account: AccountId, submitKey: SubmitKey): string {
  return `${account}/${submitKey}`;
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
