import type { ChangeFeed } from "../event/change-feed.ts";
import type { ControlEventLog } from "../event/control-event.ts";
import type { EventLog } from "../event/event-log.ts";
import type { AuditReader } from "./audit-reader.ts";
import type { CancelAllStore } from "./cancel-all-store.ts";
import type { EvidenceLog } from "./evidence-log.ts";
import type { FillCursors } from "./fill-cursors.ts";
import type { LeaseStore } from "./lease-store.ts";
import type { OrderLists } from "./order-lists.ts";
import type { OrderStore } from "./order-store.ts";
import type { PositionStore } from "./position-store.ts";
import type { RateLedgerStore } from "./rate-ledger-store.ts";
import type { TradingStateStore } from "./trading-state-store.ts";
import type { UnmatchedFills } from "./unmatched-fills.ts";

/** One database, seen through the ports. */
export interface Store {
  readonly orders: OrderStore;
  readonly lists: OrderLists;
  readonly leases: LeaseStore;
  readonly fillCursors: FillCursors;
  readonly unmatchedFills: UnmatchedFills;
  readonly positions: PositionStore;
  readonly tradingStates: TradingStateStore;
  readonly evidence: EvidenceLog;
  readonly rates: RateLedgerStore;
  readonly events: EventLog;
  readonly controlEvents: ControlEventLog;
  readonly cancelAlls: CancelAllStore;
  readonly changes: ChangeFeed;
  readonly audit: AuditReader;
  /** Waits for the commits under way, then lets go of the database. */
  close(): Promise<void>;
}
