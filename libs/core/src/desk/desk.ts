import type { Random } from "../id/random.ts";
import type { OrderTransitions } from "../order/change-order.ts";
import type { Order } from "../order/order.ts";
import type { RetryPolicy } from "../retry/retry-policy.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import type { OrderTelemetry } from "../telemetry/order-telemetry.ts";
import type { Clock } from "../time/clock.ts";
import type { VenueDirectory } from "../venue/venue-directory.ts";

/** What executing and tracking orders stands on: the ports, and the venues. */
export interface Desk {
  readonly store: Store;
  readonly venues: VenueDirectory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly telemetry: OrderTelemetry;
  readonly retryPolicy: RetryPolicy;
  /** Hears of each change of this process once it is durable; must not throw. */
  readonly onCommitted?: (before: Order | undefined, after: OrderTransitions) => void;
}
