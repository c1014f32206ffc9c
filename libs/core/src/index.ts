export { type AccountId, accountId } from "./account/account-id.ts";
export { type VenueAccount, venueAccountKey } from "./account/venue-account.ts";
export type { Desk } from "./desk/desk.ts";
export { type FollowedPage, type FollowOptions, followEvents } from "./desk/follow-events.ts";
export {
  type ErrorCode,
  errorCodes,
  isErrorCode,
  type RetryClass,
  type RpcCode,
  retryClass,
} from "./error/error-code.ts";
export { type OrderError, orderError } from "./error/order-error.ts";
export { SurefillError } from "./error/surefill-error.ts";
export type { ChangeFeed } from "./event/change-feed.ts";
export { type EventCursor, type EventFilter, type EventLog, eventCursor, type LoggedEvent } from "./event/event-log.ts";
export { type CancelAllProgress, type CancelScope, cancelAll } from "./execution/cancel-all.ts";
export { Executor } from "./execution/executor.ts";
export { OrderWaiter } from "./execution/order-waiter.ts";
export { type Placement, place } from "./execution/place.ts";
export { requestCancel } from "./execution/request-cancel.ts";
export type { Brand } from "./id/brand.ts";
export type { Random } from "./id/random.ts";
export { SeededRandom } from "./id/seeded-random.ts";
export { uuidV7 } from "./id/uuid-v7.ts";
export { checkInstruction } from "./instrument/check-instruction.ts";
export { defaultCollarBps } from "./instrument/check-market.ts";
export { type Instrument, type InstrumentId, instrumentId } from "./instrument/instrument.ts";
export { type Amount, addAmount, amount, averagePrice, notional, zeroAmount } from "./money/amount.ts";
export {
  compare,
  type Decimal,
  decimal,
  dividedBy,
  isMultipleOf,
  minus,
  parseDecimal,
  plus,
  type Rounding,
  sign,
  times,
} from "./money/decimal.ts";
export { type Price, parsePrice, price } from "./money/price.ts";
export {
  addQuantity,
  parseQuantity,
  type Quantity,
  quantity,
  remainingQuantity,
  zeroQuantity,
} from "./money/quantity.ts";
export { addSignedQuantity, type SignedQuantity, signedBySide, signedQuantity } from "./money/signed-quantity.ts";
export { exceedsSlippage, slippageCostBps } from "./money/slippage.ts";
export { type Applied, applyEvent } from "./order/apply-event.ts";
export { changeOrder, type OrderTransitions, placedRecord } from "./order/change-order.ts";
export { differingField } from "./order/differing-field.ts";
export type { Evidence, ExecutionReport } from "./order/execution-report.ts";
export { type Fee, type Fill, fillKey, type VenueFill, type VenueFillId, venueFillId } from "./order/fill.ts";
export {
  type Instruction,
  type OrderSize,
  type Pricing,
  type Purpose,
  rests,
  type Side,
  type TimeInForce,
} from "./order/instruction.ts";
export { type InterpretContext, interpretReport } from "./order/interpret-report.ts";
export {
  type Attempt,
  attemptOf,
  isTerminal,
  leavesQuantity,
  nextActionAt,
  type Order,
  type OrderPhase,
  type OrderProgress,
  type OrderTerms,
  phaseOf,
} from "./order/order.ts";
export type { OrderEvent, OrderEventType } from "./order/order-event.ts";
export {
  type OrderEventRecord,
  orderEventRecordTypes,
  type Placed,
  type RecordedCause,
} from "./order/order-event-record.ts";
export {
  type ClientOrderId,
  clientOrderId,
  type OrderId,
  orderId,
  type SubmitKey,
  submitKey,
  type VenueOrderId,
  venueOrderId,
} from "./order/order-id.ts";
export { isFinal, type OrderState, orderStates, type Phase, phases } from "./order/order-state.ts";
export { nextPhase, transitionTable } from "./order/transition-table.ts";
export type { Holding, Position } from "./position/position.ts";
export { type PositionId, positionId } from "./position/position-id.ts";
export { type Posting, postFill } from "./position/post-fill.ts";
export { defaultRetryPolicy, type RetryPolicy } from "./retry/retry-policy.ts";
export { changeFault } from "./store/change-fault.ts";
export type { LeaseAnswer, LeaseStore } from "./store/lease-store.ts";
export type { AttemptOutcome, AttemptWrite, CommitResult, LeaseFence, OrderChange } from "./store/order-change.ts";
export type { FillFilter, OrderFilter, OrderLists, Page, PageRequest } from "./store/order-lists.ts";
export type { OrderPosition, OrderStore, StoredAttempt } from "./store/order-store.ts";
export { keptRawAnswer } from "./store/raw-answer.ts";
export type { Store } from "./store/store.ts";
export type { Log, LogFields } from "./telemetry/log.ts";
export { OrderTelemetry, type SpanIds, type VenueCall } from "./telemetry/order-telemetry.ts";
export type { OrderTrace } from "./telemetry/order-trace.ts";
export type { Clock } from "./time/clock.ts";
export { addMs, elapsedMs, laterOf, type WallTime, wallTime } from "./time/wall-time.ts";
export { Observer } from "./tracking/observer.ts";
export { type Capabilities, type RateLimit, type VenueManifest, venueApiVersion } from "./venue/capabilities.ts";
export { type LoadedVenue, loadVenue } from "./venue/load-venue.ts";
export { defineVenue, type VenueEnvironment, type VenuePlugin } from "./venue/plugin.ts";
export type {
  AttemptReference,
  AttemptRequest,
  CancelOutcome,
  FillPage,
  LookupAnswer,
  MarketPrice,
  PrepareAnswer,
  PreparedAttempt,
  ReportedFill,
  SubmitOutcome,
  Venue,
} from "./venue/venue.ts";
export { type VenueDirectory, type VenueEntry, venueAccounts } from "./venue/venue-directory.ts";
export { type VenueId, venueId } from "./venue/venue-id.ts";
