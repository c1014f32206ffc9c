import type { ChangeFeed } from "../event/change-feed.ts";
import type { EventLog } from "../event/event-log.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { OrderLists } from "./order-lists.ts";
import type { OrderStore } from "./order-store.ts";

/** One database, seen through the ports. */
export interface Store {
  readonly orders: OrderStore;
  readonly lists: OrderLists;
  readonly leases: LeaseStore;
  readonly events: EventLog;
  readonly changes: ChangeFeed;
  /** Waits for the commits under way, then lets go of the database. */
  close(): Promise<void>;
}
