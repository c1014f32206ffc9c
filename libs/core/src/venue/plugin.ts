import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { AccountId } from "../account/account-id.ts";
import type { Random } from "../id/random.ts";
import type { Log } from "../telemetry/log.ts";
import type { Clock } from "../time/clock.ts";
import type { VenueManifest } from "./capabilities.ts";
import type { PriceFeed } from "./price-feed.ts";
import type { Venue } from "./venue.ts";
import type { VenueId } from "./venue-id.ts";

/** What a venue library gets from the process it runs in; it takes nothing else from its surroundings. */
export interface VenueEnvironment {
  /** The venue's name in the configuration. */
  readonly venue: VenueId;
  /** The accounts that trade there. */
  readonly accounts: readonly AccountId[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** HTTP as the process provides it. */
  readonly http: typeof fetch;
  /**
   * The prices of another venue of the configuration, which is opened first; absent where a library is tried out alone.
   * @throws SurefillError CONFIG_INVALID for a name that is not configured, or of a venue that waits for this one.
   */
  readonly prices?: (venue: string) => Promise<PriceFeed>;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
}

/** A venue library: what it is, what it can be configured with, and how it is made. */
export interface VenuePlugin<Config = unknown> {
  /** What it claims whatever it is configured with; what stands for it where `manifestFor` says more. */
  readonly manifest: VenueManifest;
  /** Refuses unknown keys. */
  readonly configSchema: StandardSchemaV1<unknown, Config>;
  /** What it claims as it is configured, where that differs: a library for many exchanges. Asks no venue anything. */
  manifestFor?(config: Config): Promise<VenueManifest>;
  create(config: Config, environment: VenueEnvironment): Promise<Venue>;
}

/** Ties a library's parts together, so that its config type is checked against its schema. */
export function defineVenue<Config>(plugin: VenuePlugin<Config>): VenuePlugin<Config> {
  return plugin;
}
