import type { AccountId } from "../account/account-id.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { CancelAllOutcome, CancelOutcome, LookupAnswer, Venue } from "../venue/venue.ts";
import type { VenueGate } from "./venue-gate.ts";

/**
 * A venue whose requests for an account pass its gate, whoever makes them; cancels, a cancelAll among them, and look-ups
 * are always urgent, all others if `isUrgent`. An attempt's prepare and submit pass as they are: the attempt is paid for
 * as a whole, by whoever was admitted. Prices and instruments belong to no account, and count where the venue counts all
 * requests together.
 */
export function gatedVenue(venue: Venue, gate: VenueGate, { isUrgent }: { readonly isUrgent: boolean }): Venue {
  const heard = <T extends CancelOutcome | CancelAllOutcome | LookupAnswer>(account: AccountId, answer: T): T => {
    if ("error" in answer) gate.refused(account, answer.error, answer.retryAfterMs);
    return answer;
  };
  const cancelled = async <T extends CancelOutcome | CancelAllOutcome>(
    account: AccountId,
    signal: AbortSignal,
    request: () => Promise<T>,
  ) => {
    let isSent = false;
    try {
      const answer = gate.ask({ account, operation: "cancel", isUrgent: true }, signal, () => {
        isSent = true;
        return request();
      });
      return heard(account, await answer);
    } catch (thrown) {
      if (isSent) throw thrown;
      // Nothing left this process: what was to be cancelled is open there, and the cancel is due again.
      const { message, context } = SurefillError.from(thrown);
      return { kind: "REFUSED", error: orderError("RATE_BUDGET_USED_UP", message, context) } as const;
    }
  };
  const watch = venue.watch?.bind(venue);
  const cancelAll = venue.cancelAll?.bind(venue);
  const gatedAll = (cancel: NonNullable<typeof cancelAll>): Pick<Venue, "cancelAll"> => ({
    cancelAll: (account, instrument, signal) => cancelled(account, signal, () => cancel(account, instrument, signal)),
  });
  // Every other method of the port stands here: one that is missing does not compile.
  const gated: Omit<Required<Venue>, "watch" | "cancelAll"> = {
    instruments: (signal) => gate.ask({ operation: "instruments", isUrgent }, signal, () => venue.instruments(signal)),
    prices: (instruments, signal) =>
      gate.ask({ operation: "prices", isUrgent }, signal, () => venue.prices(instruments, signal)),
    balances: (account, signal) =>
      gate.ask({ account, operation: "balances", isUrgent }, signal, () => venue.balances(account, signal)),
    prepare: (request, signal) => venue.prepare(request, signal),
    submit: (account, attempt, signal) => venue.submit(account, attempt, signal),
    lookup: async (attempt, signal) => {
      const { account } = attempt;
      return heard(
        account,
        await gate.ask({ account, operation: "lookup", isUrgent: true }, signal, () => venue.lookup(attempt, signal)),
      );
    },
    cancel: (attempt, signal) => cancelled(attempt.account, signal, () => venue.cancel(attempt, signal)),
    openOrders: (account, signal) =>
      gate.ask({ account, operation: "openOrders", isUrgent }, signal, () => venue.openOrders(account, signal)),
    fillsSince: (account, after, limit, signal) =>
      gate.ask({ account, operation: "fillsSince", isUrgent }, signal, () =>
        venue.fillsSince(account, after, limit, signal),
      ),
    close: () => venue.close(),
  };
  return {
    ...gated,
    ...(watch === undefined ? {} : { watch }),
    ...(cancelAll === undefined ? {} : gatedAll(cancelAll)),
  };
}
