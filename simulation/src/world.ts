import type { MemoryTables } from "@surefill/core/testing";
import type { Faults } from "./fault/faults.ts";
import type { Oracle } from "./oracle/oracle.ts";
import type { Plant } from "./plant/plant.ts";
import type { MachineClock } from "./time/machine-clock.ts";
import type { VirtualTime } from "./time/virtual-time.ts";
import type { MarketPlace } from "./venue/market-place.ts";

/** All that the processes of a run share. */
export interface World {
  readonly time: VirtualTime;
  readonly faults: Faults;
  /** What is durable. */
  readonly tables: MemoryTables;
  readonly storeClock: MachineClock;
  readonly places: readonly MarketPlace[];
  readonly oracle: Oracle;
  readonly isStoreAway: () => boolean;
  readonly plant: Plant | undefined;
}
