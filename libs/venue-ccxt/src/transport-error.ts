import { SurefillError } from "@surefill/core";

/** Provably nothing of a request reached the exchange. */
export class NeverSent extends Error {
  override readonly name = "NeverSent";

  /** The proof in what a fetch threw: it ended while a connection was being made. Undefined without one. */
  static proven(thrown: unknown): NeverSent | undefined {
    if (thrown instanceof NeverSent) return thrown;
    const reason = unconnected(thrown, 0);
    return reason === undefined ? undefined : new NeverSent(`no connection: ${reason}`);
  }
}

/** A request may have arrived, and its answer did not, or not whole. */
export class LostAnswer extends Error {
  override readonly name = "LostAnswer";

  /** In our words alone: what libraries throw may hold URLs. */
  static from(thrown: unknown): LostAnswer {
    if (thrown instanceof LostAnswer) return thrown;
    if (thrown instanceof SurefillError) return new LostAnswer(thrown.message);
    const code = codesOf(thrown, 0)[0];
    return new LostAnswer(`the connection broke${code === undefined ? "" : ` (${code})`}`);
  }
}

/** An answer came that is not what the exchange's answers look like: no JSON, or not of the form asked for. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
}

const depthMax = 5;

/** Failures of the phase before the first byte: names, connections, certificates. */
const connectCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
/** These prove it only where it was connecting that failed. */
const whileConnecting = new Set(["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET"]);

function unconnected(thrown: unknown, depth: number): string | undefined {
  if (typeof thrown !== "object" || thrown === null || depth > depthMax) return undefined;
  // Several addresses were tried: every one of them must have failed so.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    const reasons = thrown.errors.map((error) => unconnected(error, depth + 1));
    return reasons.includes(undefined) ? undefined : reasons[0];
  }
  const code = textOf(thrown, "code");
  if (code !== undefined && connectCodes.has(code)) return code;
  if (code !== undefined && whileConnecting.has(code) && textOf(thrown, "syscall") === "connect") return code;
  return "cause" in thrown ? unconnected(thrown.cause, depth + 1) : undefined;
}

function codesOf(thrown: unknown, depth: number): readonly string[] {
  if (typeof thrown !== "object" || thrown === null || depth > depthMax) return [];
  const code = textOf(thrown, "code");
  return [...(code === undefined ? [] : [code]), ...("cause" in thrown ? codesOf(thrown.cause, depth + 1) : [])];
}

function textOf(value: object, key: string): string | undefined {
  const field: unknown = Reflect.get(value, key);
  return typeof field === "string" ? field : undefined;
}
