import type { Fill } from "../order/fill.ts";
import type { Order } from "../order/order.ts";
import type { OrderState } from "../order/order-state.ts";
import type { Holding, Position } from "../position/position.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { VenueId } from "../venue/venue-id.ts";

/** Which orders; absent fields don't narrow. */
export interface OrderFilter {
  readonly account?: string;
  readonly venue?: string;
  readonly instrument?: string;
  readonly states?: readonly OrderState[];
  readonly strategyId?: string;
}

/** Which fills; absent fields don't narrow. */
export interface FillFilter {
  readonly orderId?: string;
  readonly account?: string;
  readonly venue?: string;
  readonly instrument?: string;
  readonly positionId?: string;
}

/** One page, and the token of the next one if there is one. Tokens are opaque and belong to one filter. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

export interface PageRequest {
  /** 1 to 1,000. */
  readonly size: number;
  readonly token?: string;
}

/** How many orders of a venue are in a state that is not the end, and since when the one that has been longest. */
export interface OpenCount {
  readonly venue: VenueId;
  readonly state: OrderState;
  readonly orders: number;
  readonly since: WallTime;
}

/** PORT: lists and reports; newest first unless they say otherwise. @throws SurefillError PAGE_TOKEN_INVALID for a token it did not give. */
export interface OrderLists {
  orders(filter: OrderFilter, page: PageRequest): Promise<Page<Order>>;
  /** Orders in doubt, the oldest doubt first. */
  inDoubt(filter: { readonly account?: string; readonly venue?: string }, page: PageRequest): Promise<Page<Order>>;
  fills(filter: FillFilter, page: PageRequest): Promise<Page<Fill>>;
  positions(filter: { readonly account?: string; readonly venue?: string }, page: PageRequest): Promise<Page<Position>>;
  openCounts(): Promise<readonly OpenCount[]>;
  holdings(filter: { readonly account?: string; readonly venue?: string }, page: PageRequest): Promise<Page<Holding>>;
}
