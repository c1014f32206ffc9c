import { SurefillError } from "../error/surefill-error.ts";
import type { MeteredOperation, RateLimit } from "../venue/capabilities.ts";
import type { VenueId } from "../venue/venue-id.ts";
import type { LimitTerms, RequestCost } from "./rate-ledger.ts";

/** How much of a venue's limits this service uses. */
export interface RateBudgetPolicy {
  /** Of each limit, as a share: what is left covers other users of the account and how requests bunch up on the way. */
  readonly limitShare: number;
  /** Of that, the share that only cancels, look-ups and orders that reduce a position may use. */
  readonly reserveShare: number;
}

/** Nine tenths of each limit, a fifth of that in reserve. */
export const defaultRateBudgetPolicy: RateBudgetPolicy = { limitShare: 0.9, reserveShare: 0.2 };

/** What one attempt asks its venue: both are paid before it is prepared. */
export const attemptOperations = ["prepare", "submit"] as const satisfies readonly MeteredOperation[];

/** Requests that belong to no account. */
export const venueOperations = ["prices", "instruments"] as const satisfies readonly MeteredOperation[];

/** What is paid for at once. */
const accountKinds: readonly (readonly MeteredOperation[])[] = [
  attemptOperations,
  ["lookup"],
  ["cancel"],
  ["balances"],
  ["openOrders"],
  ["fillsSince"],
];
const kindsOf = { ACCOUNT: accountKinds, VENUE: [...accountKinds, ...venueOperations.map((operation) => [operation])] };

/** A venue's limits, by what counts together. */
export function limitsOf(
  rateLimits: readonly RateLimit[],
  scope: NonNullable<RateLimit["scope"]>,
): readonly RateLimit[] {
  return rateLimits.filter((limit) => (limit.scope ?? "ACCOUNT") === scope);
}

/**
 * Limits of one scope as we keep to them. @throws SurefillError CONFIG_INVALID where they leave no room for one of the
 * requests beside the reserve: it could never leave, and nothing behind it either.
 */
export function budgetTerms(
  venue: VenueId,
  rateLimits: readonly RateLimit[],
  { limitShare, reserveShare }: RateBudgetPolicy,
  scope: NonNullable<RateLimit["scope"]> = "ACCOUNT",
): readonly LimitTerms[] {
  const terms = rateLimits.map(({ name, requestsMax, windowMs }): LimitTerms => {
    const tokensMax = Math.max(1, Math.floor(requestsMax * limitShare));
    return { name, tokensMax, tokensReserved: Math.min(Math.ceil(tokensMax * reserveShare), tokensMax - 1), windowMs };
  });
  for (const operations of kindsOf[scope]) {
    const cost = costOf(rateLimits, operations);
    const tight = terms.find(({ name, tokensMax, tokensReserved }) => (cost[name] ?? 0) > tokensMax - tokensReserved);
    if (tight !== undefined) throw noRoom(venue, tight, operations, cost[tight.name] ?? 0);
  }
  return terms;
}

function noRoom(
  venue: VenueId,
  { name, tokensMax, tokensReserved, windowMs }: LimitTerms,
  operations: readonly MeteredOperation[],
  cost: number,
): SurefillError {
  const room = `${tokensMax - tokensReserved} in ${windowMs} ms beside its reserve of ${tokensReserved}`;
  const text = `venue ${venue}: limit ${name} has room for ${room}, and ${operations.join(" and ")} takes ${cost}`;
  const advice = "raise rateBudget.limitShare or lower rateBudget.reserveShare";
  return new SurefillError("CONFIG_INVALID", `${text}; ${advice}`, {
    context: { field: "venues", venue, limit: name },
  });
}

/** What operations take of each limit, together. */
export function costOf(rateLimits: readonly RateLimit[], operations: readonly MeteredOperation[]): RequestCost {
  const total = (limit: RateLimit) => operations.reduce((sum, operation) => sum + costOfOne(limit, operation), 0);
  return Object.fromEntries(rateLimits.map((limit) => [limit.name, total(limit)]));
}

function costOfOne({ costs }: RateLimit, operation: MeteredOperation): number {
  return costs === undefined ? 1 : (costs[operation] ?? 0);
}
