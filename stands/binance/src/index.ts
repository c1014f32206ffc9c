export { BinanceStand, type BinanceStandOptions, type TapeRow } from "./binance-stand.ts";
export type { ExchangeEvent } from "./exchange/exchange-event.ts";
export { readEventLog } from "./exchange/file-event-log.ts";
export { settingsSchema } from "./exchange/settings.ts";
export type { Fault, FaultRate, QueuedFault } from "./fault/fault.ts";
export { namedFaults, rateLimited } from "./fault/named-faults.ts";
export { realClock } from "./real-clock.ts";
export { openVenueStand, type StandReach, type VenueStandOptions, venueStandLimits } from "./venue-stand.ts";
