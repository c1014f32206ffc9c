import type {
  AccountId,
  Clock,
  Instrument,
  InstrumentId,
  Price,
  Quantity,
  Side,
  VenueOrderId,
  WallTime,
} from "@surefill/core";
import type { StandEvent } from "./stand-event.ts";
import type { FaultKind, StandFault, StandOperation } from "./stand-fault.ts";

/** What a card may need of a stand beside faults; each names the member of VenueStand that it stands for. */
export type StandSkill =
  | "setPrice"
  /** setPrice with quantities: no more than that can be taken. */
  | "depth"
  | "fill"
  | "cancelUnasked"
  | "placeForeign"
  | "outage"
  | "skewClock";

/** The market of an instrument at the counterpart. */
export interface StandMarket {
  readonly bid: Price;
  readonly ask: Price;
  /** What can be sold at the bid; no end to it unless given. */
  readonly bidQuantity?: Quantity;
  /** What can be bought at the ask; no end to it unless given. */
  readonly askQuantity?: Quantity;
}

/** An order that somebody else places for the account, as a person does at the venue's own page: GTC, at a limit. */
export interface ForeignOrder {
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly limitPrice: Price;
}

/**
 * A venue's counterpart that a test can steer: a local exchange, or whatever a venue library talks to. A stand is as new
 * when it opens: no orders, no faults; each card opens its own. Everything that it is told is true when its promise
 * resolves.
 */
export interface VenueStand {
  /** A configuration of the library that reaches this stand, as its schema takes it. */
  readonly config: unknown;
  /**
   * Who trades; each has funds for hundreds of the instruments' least orders in every asset of theirs, and less of each
   * base asset than a third of an order's maximum, so that too much can be asked for.
   */
  readonly accounts: readonly [AccountId, AccountId];
  /**
   * Two that are traded here, by the counterpart's own rules, which the library's answer is held against. Their markets
   * do not move by themselves. Cards trade in the first.
   */
  readonly instruments: readonly [Instrument, Instrument];
  /** The library's clock. Where it is virtual, advance() alone moves it. */
  readonly clock: Clock;
  /** What the library gets as `http`; the process's own unless given. */
  readonly http?: typeof fetch;
  /** Keys and the like, which must never be seen in what the library says. */
  readonly secrets: readonly string[];

  /** The counterpart's own clock, venue time. */
  venueTime(): WallTime;
  /** Lets time pass for library and counterpart: virtual time moves on, real time is waited for. */
  advance(ms: number): Promise<void>;

  /** Everything that the counterpart accepted, filled and ended since it opened, oldest first. */
  log(): Promise<readonly StandEvent[]>;
  /** Requests that reached it, by what they asked for; also those that met a fault or were refused. */
  requests(): Promise<Readonly<Record<StandOperation, number>>>;

  /** Queues a fault for the next requests of its kind; several of a kind are met in the order in which they came. */
  inject(fault: StandFault): Promise<void>;
  /** Takes back the faults that no request has met. */
  calm(): Promise<void>;
  /** Lets the requests that HELD_BACK kept arrive; resolves when the counterpart has judged them. */
  deliverHeld(): Promise<void>;
  /** While it is down every connection is refused, streams break. */
  outage(isDown: boolean): Promise<void>;
  /** Sets the counterpart's clock ahead of the library's by so much; 0 at first. */
  skewClock(aheadMs: number): Promise<void>;

  /** What the market is at the counterpart. */
  market(instrument: InstrumentId): StandMarket;
  /** Moves the market; resting and waiting orders that it comes to are executed. */
  setPrice(instrument: InstrumentId, market: StandMarket): Promise<void>;
  /** Executes that much of an open order, on the counterpart's own accord, at the order's price or the market's. */
  fill(order: VenueOrderId, quantity: Quantity): Promise<void>;
  /** The counterpart cancels an open order on its own accord. */
  cancelUnasked(order: VenueOrderId): Promise<void>;
  placeForeign(account: AccountId, order: ForeignOrder): Promise<VenueOrderId>;

  /** Ends the counterpart; the venue library has been closed before. */
  close(): Promise<void>;
}

/** What a stand can't do, each with the reason: cards that need it are skipped with that reason. */
export type StandLimits = Readonly<Partial<Record<FaultKind | StandSkill, string>>>;
