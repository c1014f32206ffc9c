import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { BinanceStand } from "../binance-stand.ts";
import { accountField, assetField, decimalField, sideField, symbolField } from "../exchange/field-schema.ts";
import { permissions } from "../exchange/settings.ts";
import { wireDecimal, zero } from "../exchange/wire-decimal.ts";
import { faultRateSchema, queuedFaultSchema } from "../fault/fault.ts";
import { namedFaults } from "../fault/named-faults.ts";
import { reportFaultKinds } from "../stream/report-faults.ts";

type Operation = (stand: BinanceStand, input: unknown) => unknown;

/** An operation whose input is what `schema` takes. */
function operation<Schema extends z.ZodType>(
  schema: Schema,
  perform: (stand: BinanceStand, input: z.output<Schema>) => unknown,
): Operation {
  return (stand, input) => perform(stand, schema.parse(input));
}

const nothing = z.strictObject({});
const levels = z.array(z.strictObject({ price: decimalField, quantity: decimalField })).max(1_000);
const market = { symbol: symbolField, bids: levels, asks: levels };
const rowsMax = 100_000;
const pageMax = 10_000;

/** What can be told to a stand from another process, by the operation's name. */
export const controlOperations: Readonly<Record<string, Operation>> = {
  /** The next requests of a kind meet this fault. */
  queueFault: operation(queuedFaultSchema, (stand, fault) => stand.faults.queue(fault)),
  /** As queueFault, for one of namedFaults. */
  queueNamedFault: operation(
    queuedFaultSchema.omit({ fault: true }).extend({ name: z.enum(namesOf(namedFaults)) }),
    (stand, { name, ...target }) => stand.faults.queue({ ...target, fault: namedFaults[name] }),
  ),
  setFaultRates: operation(
    z.strictObject({ seed: z.int(), rates: z.array(faultRateSchema).max(100) }),
    (stand, { seed, rates }) => stand.faults.setRates(seed, rates),
  ),
  clearFaults: operation(nothing, (stand) => {
    stand.faults.clear();
    stand.reportFaults.clear();
  }),
  faultCounts: operation(nothing, (stand) => stand.faults.counts),
  queueReportFault: operation(
    z.strictObject({ kind: z.enum(reportFaultKinds), times: z.int().min(1).max(1_000).default(1) }),
    (stand, { kind, times }) => stand.reportFaults.queue(kind, times),
  ),
  cutStreams: operation(nothing, (stand) => stand.cutStreams()),
  deliverHeld: operation(nothing, (stand) => stand.deliverHeld()),
  outage: operation(z.strictObject({ isDown: z.boolean() }), (stand, { isDown }) => stand.outage(isDown)),
  skewClock: operation(z.strictObject({ aheadMs: z.int() }), (stand, { aheadMs }) => stand.exchange.skew(aheadMs)),

  setMarket: operation(
    z.strictObject({ ...market, lastPrice: decimalField.exactOptional() }),
    (stand, { symbol, bids, asks, lastPrice }) => stand.exchange.setMarket(symbol, bids, asks, lastPrice),
  ),
  playTape: operation(
    z.strictObject({
      symbol: symbolField,
      rows: z.array(z.strictObject({ afterMs: z.number().min(0), bids: levels, asks: levels })).max(rowsMax),
    }),
    (stand, { symbol, rows }) => stand.startTape(symbol, rows),
  ),
  setStatus: operation(
    z.strictObject({ symbol: symbolField, status: z.enum(["TRADING", "HALT", "BREAK"]) }),
    (stand, { symbol, status }) => stand.exchange.setStatus(symbol, status),
  ),
  setBalance: operation(
    z.strictObject({ account: accountField, asset: assetField, total: decimalField }),
    (stand, { account, asset, total }) => stand.exchange.setBalance(account, asset, total),
  ),
  permit: operation(
    z.strictObject({ account: accountField, permission: z.enum(permissions), isGranted: z.boolean() }),
    (stand, { account, permission, isGranted }) => stand.authentication.permit(account, permission, isGranted),
  ),
  /** Executes that much of an order, at its own or the market's price unless one is given. */
  execute: operation(
    z.strictObject({ orderId: z.int(), quantity: decimalField, price: decimalField.exactOptional() }),
    (stand, { orderId, quantity, price }) => stand.exchange.execute(orderId, quantity, price),
  ),
  /** Ends an open order. */
  expire: operation(z.strictObject({ orderId: z.int() }), (stand, { orderId }) => stand.exchange.expire(orderId)),
  /** Places an order that nobody asked for by a request, as a person does: GTC, at a limit. */
  placeForeign: operation(
    z.strictObject({
      account: accountField,
      symbol: symbolField,
      side: sideField,
      quantity: decimalField,
      price: decimalField,
    }),
    (stand, { account, ...terms }) => {
      const clientOrderId = `web_${randomBytes(12).toString("hex")}`;
      const fixed = { orderType: "LIMIT", timeInForce: "GTC", quoteOrderQuantity: zero, stopPrice: zero } as const;
      return stand.exchange.place(account, { ...terms, ...fixed, clientOrderId }, "FOREIGN").accepted;
    },
  ),

  /** The log from an event on, a page. */
  events: operation(
    z.strictObject({ from: z.int().min(0).default(0), limit: z.int().min(1).max(pageMax).default(pageMax) }),
    (stand, { from, limit }) => stand.events.slice(from, from + limit),
  ),
  requests: operation(nothing, (stand) => stand.requests),
  balances: operation(z.strictObject({ account: accountField }), (stand, { account }) =>
    stand.exchange
      .balances(account)
      .map(({ asset, free, locked }) => ({ asset, free: wireDecimal(free), locked: wireDecimal(locked) })),
  ),
};

function namesOf<Name extends string>(named: Readonly<Record<Name, unknown>>): [Name, ...Name[]] {
  const [first, ...rest] = Object.keys(named) as Name[];
  if (first === undefined) throw new RangeError("there are no names");
  return [first, ...rest];
}
