export { type AccountId, accountId } from "./account/account-id.ts";
export {
  covers,
  overlap,
  restrictionOn,
  type ScopedTradingState,
  scopeText,
  type TradingScope,
  type TradingState,
  type TradingStates,
  tradingStates,
} from "./account/trading-state.ts";
export { type VenueAccount, venueAccountKey } from "./account/venue-account.ts";
export {
  type AuditedStore,
  type AuditLimits,
  type AuditStep,
  auditAll,
  auditSince,
  besideLimits,
  wholeLimits,
} from "./audit/audit.ts";
export { checkOrder } from "./audit/check-order.ts";
export { type AuditViolation, type Invariant, invariants } from "./audit/invariant.ts";
export type { Desk } from "./desk/desk.ts";
export { evidenceTimeline, type TimelineEntry, timelineQuestion } from "./desk/evidence-timeline.ts";
export { type FollowedPage, type FollowOptions, followEvents } from "./desk/follow-events.ts";
export { retryPolicyOf } from "./desk/retry-policy-of.ts";
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
export type { ControlCause, ControlEvent, ControlEventLog } from "./event/control-event.ts";
export { type EventCursor, type EventFilter, type EventLog, eventCursor, type LoggedEvent } from "./event/event-log.ts";
export { beginCancelAll, type CancelAllBegun } from "./execution/begin-cancel-all.ts";
export { Executor } from "./execution/executor.ts";
export { type CancelAllFollowed, followCancelAll, remainingOf } from "./execution/follow-cancel-all.ts";
export { defaultLeaseTtlMs } from "./execution/lease-keeper.ts";
export { OrderWaiter } from "./execution/order-waiter.ts";
export { type Placement, place } from "./execution/place.ts";
export { requestCancel } from "./execution/request-cancel.ts";
export { type Resolution, type Resolved, resolveInDoubt } from "./execution/resolve-in-doubt.ts";
export { setTradingState, type TradingStateSet } from "./execution/set-trading-state.ts";
export { defaultRateBudgetPolicy, type RateBudgetPolicy } from "./gate/budget-terms.ts";
export { type BreakerPolicy, type BreakerView, defaultBreakerPolicy } from "./gate/circuit-breaker.ts";
export { guardVenue } from "./gate/guard-venue.ts";
export { type CountedTokens, emptyRateLedger, type LimitTerms, type RateLedger } from "./gate/rate-ledger.ts";
export type { LimitLeft } from "./gate/request-budget.ts";
export { type BudgetView, type GatePorts, VenueGate } from "./gate/venue-gate.ts";
export type { Brand } from "./id/brand.ts";
export type { Random } from "./id/random.ts";
export { SeededRandom } from "./id/seeded-random.ts";
export { firstUuidV7, uuidV7 } from "./id/uuid-v7.ts";
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
export {
  addSignedQuantity,
  type SignedQuantity,
  signedBySide,
  signedQuantity,
  subtractFromSignedQuantity,
} from "./money/signed-quantity.ts";
export { exceedsSlippage, slippageCostBps } from "./money/slippage.ts";
export { type Applied, applyEvent } from "./order/apply-event.ts";
export { changeOrder, type OrderTransitions, placedRecord } from "./order/change-order.ts";
export { type Deadline, deadlineOf, executionTimeoutMsOf } from "./order/deadline.ts";
export { differingField } from "./order/differing-field.ts";
export type { Evidence, ExecutionReport } from "./order/execution-report.ts";
export { type Fee, type Fill, fillKey, type VenueFill, type VenueFillId, venueFillId } from "./order/fill.ts";
export {
  expectedPriceOf,
  type Instruction,
  isPostOnly,
  isProtection,
  isReducing,
  isTriggeredPricing,
  limitPriceOf,
  type OrderSize,
  type Pricing,
  type Purpose,
  rests,
  type Side,
  type TimeInForce,
  type TriggeredPricing,
  triggerPriceOf,
} from "./order/instruction.ts";
export { type InterpretContext, interpretReport } from "./order/interpret-report.ts";
export { isTriggered } from "./order/is-triggered.ts";
export { nextActionAt } from "./order/next-action-at.ts";
export {
  type Attempt,
  attemptOf,
  type CancelRequest,
  doubtSince,
  isTerminal,
  leavesQuantity,
  type Order,
  type OrderPhase,
  type OrderProgress,
  type OrderTerms,
  phaseOf,
} from "./order/order.ts";
export type { OrderEvent, OrderEventType } from "./order/order-event.ts";
export type { OrderEventRecord, OrderEventRecordType, Placed, RecordedCause } from "./order/order-event-record.ts";
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
export type { AuditFinding, Execution, OrderNotice } from "./order/order-notice.ts";
export { isFinal, type OrderState, orderStates, type Phase, phases } from "./order/order-state.ts";
export { type ReplayedOrder, replayOrder } from "./order/replay-order.ts";
export { type SurplusAttempt, surplusDueAt, surplusOf } from "./order/surplus-attempt.ts";
export { nextPhase, transitionTable } from "./order/transition-table.ts";
export {
  type InstrumentExposure,
  type OpenExposure,
  openExposure,
  openExposures,
  worstCaseQuantity,
} from "./position/open-exposure.ts";
export type { Holding, Position } from "./position/position.ts";
export { type PositionId, positionId } from "./position/position-id.ts";
export { type Posting, postFill } from "./position/post-fill.ts";
export { defaultRetryPolicy, overridden, type RetryPolicy } from "./retry/retry-policy.ts";
export type {
  AuditedBalance,
  AuditReader,
  BalanceKey,
  OrderDossier,
  StoredRow,
  UnreadableOrder,
} from "./store/audit-reader.ts";
export {
  type CancelAllCampaign,
  type CancelAllFailure,
  type CancelAllPart,
  type CancelAllPartKey,
  type CancelAllProgress,
  type CancelAllStore,
  type CancelAllTarget,
  type CancelAllTerms,
  noProgress,
  partAt,
  targetKey,
  type UnprotectedPosition,
} from "./store/cancel-all-store.ts";
export { changeFault } from "./store/change-fault.ts";
export {
  type EvidenceLog,
  type EvidenceOperation,
  type EvidenceOutcome,
  evidenceKept,
  type KeptEvidence,
  type VenueEvidence,
} from "./store/evidence-log.ts";
export type { FillCursor, FillCursors } from "./store/fill-cursors.ts";
export type { LeaseAnswer, LeaseStore } from "./store/lease-store.ts";
export { type LiveOrder, liveOrderOf } from "./store/live-order.ts";
export type { AttemptOutcome, AttemptWrite, CommitResult, LeaseFence, OrderChange } from "./store/order-change.ts";
export type { FillFilter, OpenCount, OrderFilter, OrderLists, Page, PageRequest } from "./store/order-lists.ts";
export type {
  OrderPosition,
  OrderStore,
  ScanLiveOptions,
  StoredAttempt,
  VenueOrderReference,
} from "./store/order-store.ts";
export type { PositionKey, PositionStore } from "./store/position-store.ts";
export type { RateLedgerStore, StoredRateLedger } from "./store/rate-ledger-store.ts";
export { keptRawAnswer } from "./store/raw-answer.ts";
export type { Store } from "./store/store.ts";
export { restrictionsMax, type TradingStateChange, type TradingStateStore } from "./store/trading-state-store.ts";
export type { KeptFill, UnmatchedFill, UnmatchedFills } from "./store/unmatched-fills.ts";
export { GateMetrics } from "./telemetry/gate-metrics.ts";
export type { Log, LogFields } from "./telemetry/log.ts";
export { OrderMetrics } from "./telemetry/order-metrics.ts";
export { OrderTelemetry, type SpanIds, type VenueCall } from "./telemetry/order-telemetry.ts";
export type { OrderTrace } from "./telemetry/order-trace.ts";
export type { Clock } from "./time/clock.ts";
export { addMs, elapsedMs, isoTime, laterOf, type WallTime, wallTime } from "./time/wall-time.ts";
export { withDeadline } from "./time/with-deadline.ts";
export { Auditor } from "./tracking/auditor.ts";
export { type LookupsSoFar, nextLookUp } from "./tracking/next-look-up.ts";
export { Observer } from "./tracking/observer.ts";
export { reconcile } from "./tracking/reconcile.ts";
export type { Difference, DifferenceKind, ForeignOrder, Reconciliation } from "./tracking/reconciliation.ts";
export {
  type Capabilities,
  type MeteredOperation,
  type RateLimit,
  type VenueManifest,
  venueApiVersion,
} from "./venue/capabilities.ts";
export { type LoadedVenue, loadVenue } from "./venue/load-venue.ts";
export { meteredVenue } from "./venue/metered-venue.ts";
export { defineVenue, type VenueEnvironment, type VenuePlugin } from "./venue/plugin.ts";
export type { PriceFeed } from "./venue/price-feed.ts";
export { Secret } from "./venue/secret.ts";
export type {
  AttemptReference,
  AttemptRequest,
  CancelAllOutcome,
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
