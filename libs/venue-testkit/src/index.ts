export { type Card, pageOf, type Subject, subjects } from "./card.ts";
export { cards } from "./cards/index.ts";
export type { VenueConformance } from "./conformance.ts";
export { FaultLine, type FaultLineOptions, type LineRequest } from "./fault-line.ts";
export { type DialectRequest, type HttpDialect, HttpStand, type HttpStandOptions } from "./http-stand.ts";
export {
  type CardResult,
  type CardVerdict,
  type ConformanceOptions,
  type ConformanceReport,
  type ConformanceSummary,
  runConformance,
  summaryOf,
} from "./run-conformance.ts";
export type { ForeignOrder, StandLimits, StandMarket, StandSkill, VenueStand } from "./stand.ts";
export type { StandEvent } from "./stand-event.ts";
export {
  StandExchange,
  type StandFill,
  type StandOrder,
  type StandOrderRequest,
  type StandRefusal,
  StandRefused,
} from "./stand-exchange.ts";
export { type FaultKind, faultKinds, type StandFault, type StandOperation } from "./stand-fault.ts";
