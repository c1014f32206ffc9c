import type { AuditReader, OrderDossier, UnreadableOrder } from "../store/audit-reader.ts";
import { attemptsAreDurable } from "./attempts-are-durable.ts";
import { dueFitsState } from "./due-fits-state.ts";
import { eventsReplay } from "./events-replay.ts";
import { fillsSumUp } from "./fills-sum-up.ts";
import type { AuditViolation } from "./invariant.ts";
import { oneLiveAttempt } from "./one-live-attempt.ts";
import { oneOrderPerClientOrderId } from "./one-order-per-client-order-id.ts";
import { wholeHistory } from "./whole-history.ts";

/** Everything that contradicts an invariant in what is stored of one order. Pure. */
export function checkOrder(
  dossier: OrderDossier | UnreadableOrder,
  reader: Pick<AuditReader, "rowOf">,
): readonly AuditViolation[] {
  const { orderId } = dossier;
  if (dossier.kind === "UNREADABLE") {
    const { reason: stored } = dossier;
    return [{ invariant: "READABLE", orderId, subject: "what is stored", expected: "readable", stored }];
  }
  const history = wholeHistory(dossier);
  return [
    ...oneOrderPerClientOrderId(dossier),
    ...history,
    // What has a gap does not replay, which would say the same again.
    ...(history.length > 0 ? [] : [...eventsReplay(dossier, reader), ...attempts(dossier)]),
    ...fillsSumUp(dossier),
    ...dueFitsState(dossier),
  ];
}

function attempts(dossier: OrderDossier): readonly AuditViolation[] {
  return [...attemptsAreDurable(dossier), ...oneLiveAttempt(dossier)];
}
