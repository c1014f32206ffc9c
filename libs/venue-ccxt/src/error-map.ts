import {
  type ErrorCode,
  type OrderError,
  orderError,
  retryClass,
  type SubmitOutcome,
  SurefillError,
} from "@surefill/core";
import type { Called } from "./ccxt-client.ts";
import type { ExchangeProfile, Meaning } from "./exchange-profile.ts";
import type { Redaction } from "./redaction.ts";
import type { WireAnswer } from "./transport.ts";
import { MalformedAnswer, NeverSent } from "./transport-error.ts";

/** What a failed call proves. */
export interface Failure {
  readonly kind: "NEVER_SENT" | "REFUSED" | "UNKNOWN" | "NO_SUCH_ORDER";
  readonly error: OrderError;
  readonly retryAfterMs?: number;
  readonly rawAnswer?: string;
}

interface Judgement {
  readonly profile: ExchangeProfile;
  readonly redaction: Redaction;
  /** The exchange's time, for bans that are told with their end. */
  readonly nowMs: number;
}

/**
 * What ccxt's classes prove, where the exchange's own code is not in its table and the answer is a refusal in good form.
 * Only classes that ccxt gives to refusals stand here: -1006 (unknown) and -1008 (refused) are of one class, a bare 403
 * looks like an outage, and 104 exchanges map as many codes as they like to ExchangeError.
 */
const classMeanings: Readonly<Record<string, Meaning>> = {
  AuthenticationError: "UNAUTHORIZED",
  OrderNotFound: "NO_SUCH_ORDER",
  DuplicateOrderId: "DUPLICATE",
  InsufficientFunds: "INSUFFICIENT_FUNDS",
  BadSymbol: "INVALID_SYMBOL",
  InvalidOrder: "ORDER_VALIDATION",
  BadRequest: "ORDER_VALIDATION",
  ArgumentsRequired: "ORDER_VALIDATION",
  NotSupported: "ORDER_VALIDATION",
  OperationRejected: "ORDER_VALIDATION",
  AccountSuspended: "UNAUTHORIZED",
  RateLimitExceeded: "RATE_LIMITED",
  DDoSProtection: "RATE_LIMITED",
  InvalidNonce: "ATTEMPT_EXPIRED",
};

/** What an HTTP status alone proves: the request was turned away before anybody read it. */
const statusMeanings: Readonly<Record<number, Meaning>> = { 429: "RATE_LIMITED", 418: "RATE_LIMITED" };

/** The meaning of a call that did not give what was asked for: the exchange's own code first, then ccxt's class. */
export function failureOf({ result, answers }: Called<unknown>, judgement: Judgement): Failure {
  const thrown = result.ok ? new MalformedAnswer("the answer lacks what was asked for") : result.thrown;
  const { redaction } = judgement;
  // What was thrown before any answer came was thrown by the way, or by ccxt before anything left.
  const answer = answers.at(-1);
  if (thrown instanceof NeverSent) return { kind: "NEVER_SENT", error: unreachable(thrown.message, redaction) };
  const message = redaction.message(messageOf(thrown));
  if (answer === undefined) return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", message) };
  const told = judgement.profile.codeIn(answer.body);
  const meaning = meaningOf(answer, thrown, judgement);
  const words = told === undefined ? message : `${told.code}: ${redaction.message(told.message)}`;
  const context = {
    http_status: String(answer.status),
    ...(told === undefined ? {} : { venue_code: redaction.message(told.code) }),
  };
  const retryAfterMs = retryAfterMsOf(answer, judgement);
  const rawAnswer = redaction.all(answer.text);
  const rest = { rawAnswer, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  switch (meaning) {
    case "UNKNOWN":
    case "BY_TEXT":
      return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", words, context), ...rest };
    case "DUPLICATE":
      return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", words, { ...context, duplicate: "true" }), ...rest };
    case "NO_SUCH_ORDER":
      return { kind: "NO_SUCH_ORDER", error: orderError("ORDER_VALIDATION", words, context), ...rest };
    default:
      return { kind: "REFUSED", error: orderError(meaning, words, context), ...rest };
  }
}

function meaningOf(answer: WireAnswer, thrown: unknown, { profile }: Judgement): Meaning {
  const told = profile.codeIn(answer.body);
  const known = told === undefined ? undefined : profile.meanings[told.code];
  if (told !== undefined && known === "BY_TEXT") return profile.meaningOfText?.(told) ?? "UNKNOWN";
  if (known !== undefined) return known;
  const byStatus = statusMeanings[answer.status];
  if (byStatus !== undefined) return byStatus;
  // A server's error, or a refusal that the exchange did not put into its own form: anybody on the way may have said it.
  if (answer.status >= 500 || answer.body === undefined) return "UNKNOWN";
  for (const name of classesOf(thrown)) {
    const meaning = classMeanings[name];
    if (meaning !== undefined) return meaning;
  }
  return "UNKNOWN";
}

/** The names of an error's classes, the nearest first; by name, for ccxt's two builds have classes of their own. */
function classesOf(thrown: unknown): readonly string[] {
  const names: string[] = [];
  let at: unknown = thrown;
  for (let depth = 0; depth < 12 && typeof at === "object" && at !== null; depth += 1) {
    at = Object.getPrototypeOf(at);
    const name: unknown = typeof at === "object" && at !== null ? Reflect.get(at, "constructor") : undefined;
    if (typeof name === "function") names.push(name.name);
  }
  return names;
}

const retryAfterMsMax = 24 * 3_600_000;

function retryAfterMsOf(answer: WireAnswer, { profile, nowMs }: Judgement): number | undefined {
  const own = profile.retryAfterMs?.(answer, nowMs);
  if (own !== undefined) return Math.min(Math.max(own, 0), retryAfterMsMax);
  const header = answer.headers.get("retry-after");
  const seconds = header === null || !/^[0-9]{1,8}(\.[0-9]+)?$/.test(header) ? undefined : Number(header);
  return seconds === undefined ? undefined : Math.min(seconds * 1_000, retryAfterMsMax);
}

/** What a submission that was not accepted proves. */
export function outcomeOfFailure({ kind, error, ...rest }: Failure): SubmitOutcome {
  if (kind === "NEVER_SENT") return { kind: "NOT_SENT", error };
  if (kind === "REFUSED" && retryClass(error.code) !== "unknown") return { kind: "REJECTED", error, ...rest };
  const { message, context } = error;
  return { kind: "UNKNOWN", error: orderError("ANSWER_LOST", message, context), ...rest };
}

/** A question that failed. An answer that can't be believed is no answer. */
export function readError({ kind, error, retryAfterMs }: Failure): SurefillError {
  const code: ErrorCode = kind === "REFUSED" ? readCode(error.code) : "VENUE_UNREACHABLE";
  return new SurefillError(code, error.message, {
    context: { ...error.context },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** A question can't expire for good, and was not an order: what remains is who was refused, and how soon. */
function readCode(code: ErrorCode): ErrorCode {
  return code === "ATTEMPT_EXPIRED" || code === "ORDER_VALIDATION" ? "VENUE_UNREACHABLE" : code;
}

function unreachable(message: string, redaction: Redaction): OrderError {
  return orderError("VENUE_UNREACHABLE", redaction.message(message));
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
