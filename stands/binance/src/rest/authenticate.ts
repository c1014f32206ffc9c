import { createHmac, timingSafeEqual } from "node:crypto";
import type { AccountId } from "@surefill/core";
import type { AccountSettings, Permission } from "../exchange/settings.ts";
import { refuse } from "../exchange/spot-refusal.ts";
import type { Parameters } from "./parameters.ts";

/** Query and body as they were sent. */
export interface SignedRequest {
  readonly apiKey: string | undefined;
  readonly query: string;
  readonly body: string;
}

const defaultWindowMs = 5_000;
const windowMsMax = 60_000;
const aheadMsMax = 1_000;
/** A timestamp beyond this is in microseconds. */
const microsecondsFrom = 1e14;

/** HMAC-SHA256 over query and body, without a separator, as hex. */
export function signatureOf(payload: string, secret: string): string {
  return createHmac("sha256", secret).update(payload).digest("hex");
}

/** Whose request it is, if its key, time and signature are right, in this order. @throws SpotRefusal if they are not. */
export class Authentication {
  readonly #byKey: ReadonlyMap<string, AccountSettings>;
  readonly #permissions: ReadonlyMap<AccountId, Set<Permission>>;

  constructor(accounts: readonly AccountSettings[]) {
    this.#byKey = new Map(accounts.map((account) => [account.apiKey, account]));
    this.#permissions = new Map(accounts.map(({ account }) => [account, new Set(["TRADE", "USER_DATA"])]));
  }

  /** The account that a key belongs to, proven or not. */
  accountOf(apiKey: string | undefined): AccountId | undefined {
    return this.#byKey.get(apiKey ?? "")?.account;
  }

  /** Grants a key a permission or withdraws it. */
  permit(account: AccountId, permission: Permission, isGranted: boolean): void {
    if (isGranted) this.#permissions.get(account)?.add(permission);
    else this.#permissions.get(account)?.delete(permission);
  }

  check(request: SignedRequest, parameters: Parameters, permission: Permission, nowMs: number): AccountSettings {
    if (request.apiKey === undefined || request.apiKey === "") throw refuse.keyFormat();
    const account = this.#byKey.get(request.apiKey);
    if (account === undefined) throw refuse.key();
    checkTime(parameters, nowMs);
    const given = parameters.required("signature");
    const payload = `${unsigned(request.query)}${unsigned(request.body)}`;
    if (!isSame(given, signatureOf(payload, account.secret))) throw refuse.signature();
    if (!this.#permissions.get(account.account)?.has(permission)) throw refuse.key();
    return account;
  }
}

/** A request may be a second ahead of the exchange's clock, and as old as its recvWindow. */
export function checkTime(parameters: Parameters, nowMs: number): void {
  const text = parameters.required("timestamp");
  if (!/^[0-9]{10,16}$/.test(text)) throw refuse.illegal("timestamp", "^[0-9]{1,20}$");
  const windowText = parameters.text("recvWindow");
  if (windowText !== undefined && !/^[0-9]{1,6}(\.[0-9]{1,3})?$/.test(windowText)) {
    throw refuse.illegal("recvWindow", String.raw`^[0-9]{1,6}(\.[0-9]{1,3})?$`);
  }
  const windowMs = windowText === undefined ? defaultWindowMs : Number(windowText);
  if (windowMs > windowMsMax) throw refuse.window();
  const sent = Number(text);
  const sentMs = sent >= microsecondsFrom ? sent / 1_000 : sent;
  if (sentMs >= nowMs + aheadMsMax) throw refuse.aheadOfServer();
  if (nowMs - sentMs > windowMs) throw refuse.outsideWindow();
}

function unsigned(text: string): string {
  return text.replace(/(^|&)signature=[^&]*/, "");
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given.toLowerCase()), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
