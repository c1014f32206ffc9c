import { venueAccountKey } from "../account/venue-account.ts";
import {
  addSignedQuantity,
  signedBySide,
  signedQuantity,
  subtractFromSignedQuantity,
} from "../money/signed-quantity.ts";
import { nextActionAt } from "../order/next-action-at.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { AuditedBalance, AuditReader, BalanceKey, OrderDossier, StoredRow } from "../store/audit-reader.ts";
import type { MemoryTables } from "./memory-store-tables.ts";

/** The AuditReader over MemoryTables. Its rows are the orders' own fields, as JSON. */
export function memoryAudit(tables: MemoryTables, open: () => void): AuditReader {
  return {
    async size() {
      open();
      return { orders: tables.orders.size, balances: tables.positions.size + tables.holdings.size };
    },
    async orderIds(after, limit) {
      open();
      return [...tables.orders.keys()]
        .filter((id) => after === undefined || id > after)
        .sort()
        .slice(0, limit);
    },
    async dossiers(orderIds, eventsMax) {
      open();
      const places = orderIds.flatMap((id) => tables.eventPlacesByOrder.get(id) ?? []);
      if (places.length > eventsMax) return undefined;
      return orderIds.flatMap((id) => {
        const order = tables.orders.get(id);
        return order === undefined ? [] : [dossierOf(tables, order)];
      });
    },
    rowOf,
    async balanceKeys(of, after, limit) {
      open();
      const rows: readonly BalanceKey[] = [...(of === "POSITIONS" ? tables.positions : tables.holdings).values()];
      return rows
        .map(keyOnly)
        .filter((key) => after === undefined || sortKey(key) > sortKey(after))
        .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
        .slice(0, limit);
    },
    async balances(keys, fillsMax) {
      open();
      return keys.map((key) => balanceOf(tables, key, fillsMax));
    },
  };
}

function dossierOf(tables: MemoryTables, order: Order): OrderDossier {
  const { orderId } = order;
  const due = nextActionAt(order);
  return {
    kind: "READ",
    orderId,
    order,
    row: rowOf(order),
    isOpen: !isTerminal(order),
    ...(due === undefined ? {} : { nextActionAt: due }),
    events: (tables.eventPlacesByOrder.get(orderId) ?? []).flatMap((place) => tables.events[place] ?? []),
    fills: tables.fillsByOrder.get(orderId) ?? [],
    attempts: tables.attempts.get(orderId) ?? [],
    namesakes: [],
  };
}

function rowOf(order: Order): StoredRow {
  return Object.fromEntries(Object.entries(order).map(([field, value]) => [field, canonical(value)]));
}

/** JSON with the keys of each object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function keyOnly({ positionId, instrument, account, venue }: BalanceKey): BalanceKey {
  return { ...(positionId === undefined ? {} : { positionId }), instrument, account, venue };
}

function sortKey({ positionId, instrument, account, venue }: BalanceKey): string {
  return [positionId ?? "", instrument, account, venue].join("\n");
}

function balanceOf(tables: MemoryTables, key: BalanceKey, fillsMax: number): AuditedBalance {
  const row = [...(key.positionId === undefined ? tables.holdings : tables.positions).values()].find(
    (candidate) => sortKey(keyOnly(candidate)) === sortKey(key),
  );
  const stored = row === undefined ? {} : { stored: row.quantity };
  const fills = [...tables.fills.values()].filter(
    (fill) =>
      venueAccountKey(fill) === venueAccountKey(key) &&
      fill.instrument === key.instrument &&
      (key.positionId === undefined || fill.positionId === key.positionId),
  );
  if (fills.length > fillsMax) return { key, ...stored };
  const changes = fills.map(({ orderId, side, lastQuantity, fee }) => {
    const gross = signedBySide(side, lastQuantity);
    return fee?.asset === tables.orders.get(orderId)?.base && fee !== undefined
      ? subtractFromSignedQuantity(gross, fee.amount)
      : gross;
  });
  return { key, ...stored, summed: changes.reduce(addSignedQuantity, signedQuantity("0")) };
}
