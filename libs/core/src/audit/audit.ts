import type { EventCursor, EventLog } from "../event/event-log.ts";
import type { OrderId } from "../order/order-id.ts";
import type { AuditReader, BalanceKey, OrderDossier, UnreadableOrder } from "../store/audit-reader.ts";
import { balanceName, balancesSumUp } from "./balances-sum-up.ts";
import { checkOrder } from "./check-order.ts";
import type { AuditViolation } from "./invariant.ts";

/** What an audit stands on. */
export interface AuditedStore {
  readonly audit: AuditReader;
  readonly events: EventLog;
}

/** One page of an audit. */
export interface AuditStep {
  /** Orders, and positions and holdings, that this page checked. */
  readonly orders: number;
  readonly balances: number;
  /** What was too large to be checked, by name: an order's history, a balance's fills. */
  readonly skipped: readonly string[];
  readonly violations: readonly AuditViolation[];
}

/** Bounds of one page; what goes beyond them alone is skipped, and said to be. */
export interface AuditLimits {
  readonly orders: number;
  /** Events of a page's orders. */
  readonly events: number;
  /** Fills of one position or holding. */
  readonly fills: number;
}

/** For a process of its own. */
export const wholeLimits: AuditLimits = { orders: 200, events: 100_000, fills: 50_000_000 };

/** For a process that trades: a page reads little, so that nothing waits for it. */
export const besideLimits: AuditLimits = { orders: 50, events: 5_000, fills: 10_000 };

/** Every order, position and holding there is, page by page. Each is judged by one moment, so writers may go on. */
export async function* auditAll(
  { audit }: Pick<AuditedStore, "audit">,
  limits: AuditLimits = wholeLimits,
): AsyncGenerator<AuditStep> {
  let after: OrderId | undefined;
  for (;;) {
    const orderIds = await audit.orderIds(after, limits.orders);
    after = orderIds.at(-1);
    if (orderIds.length > 0) yield await auditOrders(audit, orderIds, limits, 0);
    if (orderIds.length < limits.orders) break;
  }
  yield* auditBalances(audit, "POSITIONS", limits);
  yield* auditBalances(audit, "HOLDINGS", limits);
}

/** What has changed after `cursor`: the orders of these events, their positions and holdings. */
export async function* auditSince(
  { audit, events }: AuditedStore,
  cursor: EventCursor,
  limits: AuditLimits = besideLimits,
): AsyncGenerator<AuditStep & { readonly cursor: EventCursor }> {
  let after = cursor;
  for (;;) {
    const page = await events.after(after, {}, limits.orders);
    after = page.at(-1)?.cursor ?? after;
    // What an audit has told itself is no change.
    const changed = page.filter(({ type }) => type !== "audit.violation");
    const orderIds = [...new Set(changed.map(({ orderId }) => orderId))];
    const step = orderIds.length === 0 ? nothing : await auditOrders(audit, orderIds, limits, limits.fills);
    if (page.length > 0) yield { ...step, cursor: after };
    if (page.length < limits.orders) return;
  }
}

const nothing: AuditStep = { orders: 0, balances: 0, skipped: [], violations: [] };

async function auditOrders(
  audit: AuditReader,
  orderIds: readonly OrderId[],
  limits: AuditLimits,
  fillsMax: number,
): Promise<AuditStep> {
  const { dossiers, skipped } = await dossiersOf(audit, orderIds, limits.events);
  const violations = dossiers.flatMap((dossier) => checkOrder(dossier, audit));
  const owners = balanceOwners(dossiers);
  const keys = [...owners.values()].map(({ key }) => key);
  const balances = await inParts(keys, (part) => audit.balances(part, fillsMax));
  const wrong = balances.flatMap((balance) => {
    const orderId = owners.get(balanceName(balance.key))?.orderId;
    return balancesSumUp(balance).map((violation) => (orderId === undefined ? violation : { ...violation, orderId }));
  });
  // With a bound of 0 only the rows were looked for: the sums are a pass of their own.
  const unsummed = fillsMax === 0 ? [] : balances.filter(({ summed }) => summed === undefined);
  return {
    orders: dossiers.length,
    balances: fillsMax === 0 ? 0 : balances.length - unsummed.length,
    skipped: [...skipped, ...unsummed.map(({ key }) => balanceName(key))],
    violations: [...violations, ...wrong],
  };
}

async function* auditBalances(
  audit: AuditReader,
  of: "POSITIONS" | "HOLDINGS",
  limits: AuditLimits,
): AsyncGenerator<AuditStep> {
  let after: BalanceKey | undefined;
  for (;;) {
    const keys = await audit.balanceKeys(of, after, limits.orders);
    after = keys.at(-1);
    if (keys.length > 0) {
      const balances = await audit.balances(keys, limits.fills);
      const unsummed = balances.filter(({ summed }) => summed === undefined);
      yield {
        orders: 0,
        balances: balances.length - unsummed.length,
        skipped: unsummed.map(({ key }) => balanceName(key)),
        violations: balances.flatMap(balancesSumUp),
      };
    }
    if (keys.length < limits.orders) return;
  }
}

interface Dossiers {
  readonly dossiers: readonly (OrderDossier | UnreadableOrder)[];
  readonly skipped: readonly string[];
}

/** Halves the page until it fits; an order that alone does not is skipped. */
async function dossiersOf(audit: AuditReader, orderIds: readonly OrderId[], eventsMax: number): Promise<Dossiers> {
  const dossiers = await audit.dossiers(orderIds, eventsMax);
  if (dossiers !== undefined) return { dossiers, skipped: [] };
  if (orderIds.length === 1) return { dossiers: [], skipped: orderIds.map((id) => `order ${id}`) };
  const half = Math.ceil(orderIds.length / 2);
  const first = await dossiersOf(audit, orderIds.slice(0, half), eventsMax);
  const second = await dossiersOf(audit, orderIds.slice(half), eventsMax);
  return { dossiers: [...first.dossiers, ...second.dossiers], skipped: [...first.skipped, ...second.skipped] };
}

/** The positions and holdings that the orders' fills belong to, each with one of these orders. */
function balanceOwners(dossiers: Dossiers["dossiers"]) {
  const owners = new Map<string, { readonly key: BalanceKey; readonly orderId: OrderId }>();
  for (const dossier of dossiers) {
    if (dossier.kind === "UNREADABLE") continue;
    for (const { venue, account, instrument, positionId } of dossier.fills) {
      const holding: BalanceKey = { venue, account, instrument };
      for (const key of [{ ...holding, positionId }, holding]) {
        owners.set(balanceName(key), { key, orderId: dossier.orderId });
      }
    }
  }
  return owners;
}

const balancesMax = 1_000;

async function inParts<Item, Result>(
  items: readonly Item[],
  read: (part: readonly Item[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += balancesMax) {
    results.push(...(await read(items.slice(from, from + balancesMax))));
  }
  return results;
}
