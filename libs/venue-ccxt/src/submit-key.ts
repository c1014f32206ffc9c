import { createHash } from "node:crypto";
import { type OrderId, orderId, type SubmitKey, submitKey } from "@surefill/core";

/** How an exchange wants its client order ids. */
export type SubmitKeyForm =
  /** 27 to 32 of a–z 0–9: what nearly all take (OKX takes 32 alphanumerics, Binance and Bybit 36). */
  | "COMPACT"
  /** A UUID: Kraken takes that or 18 characters, Coinbase asks for it. */
  | "UUID";

const radix = 36;
/** 128 bits in base 36. */
const idLength = 25;
const compactPattern = /^s([0-9a-z]{25})([0-9a-z]{1,6})$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const attemptsMax = radix ** 6 - 1;

/** The submit key of an order's attempt: always the same one, so that a restart finds it again. */
export function ccxtSubmitKey(form: SubmitKeyForm, id: OrderId, attemptNumber: number): SubmitKey {
  if (!Number.isInteger(attemptNumber) || attemptNumber < 1 || attemptNumber > attemptsMax) {
    throw new RangeError(`not the number of an attempt: ${attemptNumber}`);
  }
  return submitKey(form === "COMPACT" ? compact(id, attemptNumber) : uuid(id, attemptNumber));
}

/** Whether a client order id is of a form that we give: others are other people's, or no client ids at all. */
export function hasOurForm(clientOrderId: string): boolean {
  return compactPattern.test(clientOrderId) || uuidPattern.test(clientOrderId);
}

/** The order and attempt that a compact key stands for, or undefined if it is none of ours: for audits of a log. */
export function parseCompactSubmitKey(key: string): { orderId: OrderId; attemptNumber: number } | undefined {
  const [, id, attempt] = compactPattern.exec(key) ?? [];
  if (id === undefined || attempt === undefined) return undefined;
  const bits = [...id].reduce((sum, digit) => sum * BigInt(radix) + BigInt(Number.parseInt(digit, radix)), 0n);
  const hex = bits.toString(16).padStart(32, "0");
  if (hex.length > 32) return undefined;
  return { orderId: orderId(hyphened(hex)), attemptNumber: Number.parseInt(attempt, radix) };
}

function compact(id: OrderId, attemptNumber: number): string {
  const bits = BigInt(`0x${id.replaceAll("-", "")}`);
  return `s${bits.toString(radix).padStart(idLength, "0")}${attemptNumber.toString(radix)}`;
}

/** 122 bits of a hash in a UUID of version 8, "as the vendor likes" (RFC 9562). */
function uuid(id: OrderId, attemptNumber: number): string {
  const hash = createHash("sha256").update(`${id}/${attemptNumber}`).digest("hex");
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return hyphened(`${hash.slice(0, 12)}8${hash.slice(13, 16)}${variant}${hash.slice(17, 32)}`);
}

function hyphened(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
