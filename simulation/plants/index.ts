import type { Plant } from "../src/plant/plant.ts";
import { absenceBeforeExpiry } from "./absence-before-expiry.ts";
import { ackByOrderId } from "./ack-by-order-id.ts";
import { breakerBlocksCancel } from "./breaker-blocks-cancel.ts";
import { budgetPerProcess } from "./budget-per-process.ts";
import { campaignByClock } from "./campaign-by-clock.ts";
import { campaignDoneAfterOneRead } from "./campaign-done-after-one-read.ts";
import { cancelAnswerLostIsCancelled } from "./cancel-answer-lost-is-cancelled.ts";
import { cancelNotFoundIsCancelled } from "./cancel-not-found-is-cancelled.ts";
import { clockAheadPostpones } from "./clock-ahead-postpones.ts";
import { cursorBySeqOnly } from "./cursor-by-seq-only.ts";
import { cursorSkipsDoubt } from "./cursor-skips-doubt.ts";
import { fillDedupByTradeIdOnly } from "./fill-dedup-by-trade-id-only.ts";
import { fillDedupOff } from "./fill-dedup-off.ts";
import { forgottenIsCancelled } from "./forgotten-is-cancelled.ts";
import { haltBlocksExit } from "./halt-blocks-exit.ts";
import { haltCheckedTooEarly } from "./halt-checked-too-early.ts";
import { lateFillDropped } from "./late-fill-dropped.ts";
import { leaseWithoutFence } from "./lease-without-fence.ts";
import { notFoundIsAbsence } from "./not-found-is-absence.ts";
import { overfillDropped } from "./overfill-dropped.ts";
import { poisonBlocksLane } from "./poison-blocks-lane.ts";
import { reconcileInventsFill } from "./reconcile-invents-fill.ts";
import { recoveryResends } from "./recovery-resends.ts";
import { restampOnSubmit } from "./restamp-on-submit.ts";
import { retryAfterEvidence } from "./retry-after-evidence.ts";
import { retryAfterPartialFill } from "./retry-after-partial-fill.ts";
import { sendBeforePersist } from "./send-before-persist.ts";
import { staleSnapshotResurrects } from "./stale-snapshot-resurrects.ts";
import { surplusLeftAlone } from "./surplus-left-alone.ts";
import { timeoutIsRejection } from "./timeout-is-rejection.ts";

/** Every bug that can be planted. */
export const plants: readonly Plant[] = [
  timeoutIsRejection,
  notFoundIsAbsence,
  absenceBeforeExpiry,
  restampOnSubmit,
  sendBeforePersist,
  retryAfterEvidence,
  retryAfterPartialFill,
  ackByOrderId,
  fillDedupOff,
  fillDedupByTradeIdOnly,
  lateFillDropped,
  overfillDropped,
  staleSnapshotResurrects,
  cursorBySeqOnly,
  cancelAnswerLostIsCancelled,
  cancelNotFoundIsCancelled,
  leaseWithoutFence,
  haltCheckedTooEarly,
  recoveryResends,
  reconcileInventsFill,
  cursorSkipsDoubt,
  breakerBlocksCancel,
  budgetPerProcess,
  surplusLeftAlone,
  campaignDoneAfterOneRead,
  campaignByClock,
  haltBlocksExit,
  poisonBlocksLane,
  forgottenIsCancelled,
  clockAheadPostpones,
];
