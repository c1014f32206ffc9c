import {
  type AccountId,
  type AttemptRequest,
  accountId,
  addMs,
  clientOrderId,
  type Instruction,
  instrumentId,
  type LoadedVenue,
  type Log,
  loadVenue,
  orderId,
  type PreparedAttempt,
  price,
  quantity,
  Secret,
  SeededRandom,
  venueId,
} from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { plugin } from "../index.ts";
import { ccxtSubmitKey, type SubmitKeyForm } from "../submit-key.ts";
import type { FakeHttp } from "./fake-http.ts";

export const main: AccountId = accountId("main");
export const never = new AbortController().signal;
export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const anOrder = orderId("0190a0b0-c0d0-7000-8000-000000000001");
/** The key of the order's first attempt. */
export const orderKey = (form: SubmitKeyForm) => ccxtSubmitKey(form, anOrder, 1);
export const btc = instrumentId("BTC/USDT");
/** Seen nowhere but in what is signed. */
export const keys = { apiKey: "the-api-key-of-main", secret: "c2VjcmV0LW9mLW1haW4=", password: "the-passphrase" };

export interface OpenVenue extends LoadedVenue {
  readonly fake: FakeHttp;
  readonly clock: ManualClock;
}

/** A live-mode venue whose every request goes to the fake: no test of this library reaches a real exchange. */
export async function openVenue(
  exchange: string,
  fake: FakeHttp,
  config: Readonly<Record<string, unknown>> = {},
  clock: ManualClock = new ManualClock(),
): Promise<OpenVenue> {
  const { apiKey, secret, password } = keys;
  const credentials = {
    main: { apiKey: new Secret(apiKey), secret: new Secret(secret), password: new Secret(password) },
  };
  const environment = {
    ...{ venue: venueId("x"), accounts: [main], clock, random: new SeededRandom(1), log: silent },
    ...{ http: fake.http, signal: never },
  };
  const all = {
    exchange,
    mode: "live",
    liveTrading: true,
    instruments: [btc],
    credentials,
    lookupLagMs: 0,
    ...config,
  };
  const fields = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const loaded = await loadVenue(plugin, fields, environment);
  return { ...loaded, fake, clock };
}

export function request(fields: Partial<Instruction> = {}, number = 1): AttemptRequest {
  const instruction: Instruction = {
    clientOrderId: clientOrderId("c1"),
    account: main,
    venue: venueId("x"),
    instrument: btc,
    side: "BUY",
    pricing: { type: "LIMIT", timeInForce: "GTC", limitPrice: price("40000.01") },
    size: { in: "BASE", quantity: quantity("0.01") },
    purpose: "ENTRY",
    tags: {},
    ...fields,
  };
  return { orderId: anOrder, instruction, number };
}

export async function prepared(
  { venue }: Pick<OpenVenue, "venue">,
  fields: Partial<Instruction> = {},
  number = 1,
): Promise<PreparedAttempt> {
  const answer = await venue.prepare(request(fields, number), never);
  if (answer.kind === "FAILED") throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.attempt;
}

export { addMs };
