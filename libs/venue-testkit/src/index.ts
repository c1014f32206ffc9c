export type { VenueConformance } from "./conformance.ts";
export type { ForeignOrder, StandLimits, StandMarket, StandSkill, VenueStand } from "./stand.ts";
export type { StandEvent } from "./stand-event.ts";
export { type FaultKind, faultKinds, type StandFault, type StandOperation } from "./stand-fault.ts";
