import { SeededRandom } from "@surefill/core";

/** What becomes of a request and its answer on their way. The exchange itself is sound. */
export type LineFate =
  | { readonly kind: "SOUND" }
  /** The request arrives; the connection breaks before the answer. */
  | { readonly kind: "ANSWER_LOST" }
  /** The connection breaks at once, and the request arrives all the same, later. */
  | { readonly kind: "ARRIVES_LATE"; readonly delayMs: number }
  /** The request is long on its way; its sender waits. */
  | { readonly kind: "SLOW"; readonly delayMs: number }
  /** The answer is garbage. */
  | { readonly kind: "MALFORMED" }
  /** The exchange's door says 503 though the request went in. */
  | { readonly kind: "UNAVAILABLE_AFTER" }
  /** The exchange's door says 503, and the request did not go in. */
  | { readonly kind: "UNAVAILABLE_INSTEAD" };

export type RequestKind = "SUBMISSION" | "CANCEL" | "QUESTION";

/** Cumulative shares; the rest is sound. */
const shares: Readonly<Record<RequestKind, readonly (readonly [number, LineFate["kind"]])[]>> = {
  SUBMISSION: [
    [0.08, "ANSWER_LOST"],
    [0.2, "ARRIVES_LATE"],
    [0.25, "SLOW"],
    [0.28, "MALFORMED"],
    [0.31, "UNAVAILABLE_AFTER"],
    [0.34, "UNAVAILABLE_INSTEAD"],
  ],
  CANCEL: [
    [0.1, "ANSWER_LOST"],
    [0.2, "ARRIVES_LATE"],
    [0.25, "UNAVAILABLE_AFTER"],
    [0.3, "UNAVAILABLE_INSTEAD"],
  ],
  QUESTION: [
    [0.02, "ANSWER_LOST"],
    [0.03, "MALFORMED"],
    [0.05, "UNAVAILABLE_INSTEAD"],
  ],
};

/** Late requests are late by up to so many times their validity: some are still good when they arrive, some dead. */
const lateWindowsMax = 1.4;

/** The fate of one request, which its `key` names among those of a run; it follows from `seed`. */
export function lineFate(kind: RequestKind, key: string, seed: number, requestWindowMs: number): LineFate {
  const random = new SeededRandom(hash(`${seed} ${kind} ${key}`));
  const unit = random.unit();
  const fate = shares[kind].find(([share]) => unit < share)?.[1] ?? "SOUND";
  const delayMs = Math.round(random.unit() * lateWindowsMax * requestWindowMs);
  return fate === "ARRIVES_LATE" || fate === "SLOW" ? { kind: fate, delayMs } : { kind: fate };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
