import { type VenueAccount, venueAccountKey } from "@surefill/core";
import type { EncodedChange } from "../commit/encoded-change.ts";
import { attemptAnswerColumns, type PreparedAttemptRow, preparedAttemptColumns } from "../row/attempt-row.ts";
import type { Columns, ColumnValue } from "../row/column.ts";
import { type EventRow, eventColumns } from "../row/event-row.ts";
import { type FillRow, fillColumns } from "../row/fill-row.ts";
import { orderProgressColumns, orderTermsColumns } from "../row/order-row.ts";
import { type HoldingRow, holdingColumns, type PositionRow, positionColumns } from "../row/position-row.ts";
import type { ArrayWriter } from "./array-writer.ts";
import { BatchTable, columnsOf } from "./batch-table.ts";

/** Every row of a batch carries the place of its change, by which it is written or not, and answered. */
interface Placed {
  readonly n: number;
}

interface FenceRow extends Placed {
  readonly venueAccount: VenueAccount;
  readonly epoch: number;
  readonly tradingEpoch: number | null;
}

interface ChangeRow extends Placed {
  /** The place of the fence that must hold; NULL where none must. */
  readonly fence: number | null;
  readonly change: EncodedChange;
}

/** A row of a change that is written as it stands. */
interface PartRow<Row> extends Placed {
  readonly row: Row;
}

const place = { n: { kind: "integer", read: ({ n }: Placed) => n } } as const;
const fence = { fence: { kind: "integer", read: (row: ChangeRow) => row.fence } } as const;
const orderId = { kind: "uuid", read: ({ change }: ChangeRow) => change.orderId } as const;
const progress = columnsOf(orderProgressColumns, ({ change }: ChangeRow) => change.progress);

function partTable<Row extends { readonly [N in keyof Row]: ColumnValue }>(columns: Columns<Row>) {
  return new BatchTable<PartRow<Row>>({ ...place, ...columnsOf(columns, ({ row }: PartRow<Row>) => row) });
}

/** What a flush statement reads, each as one array per column. */
export const flushTables = {
  fences: new BatchTable<FenceRow>({
    ...place,
    account: { kind: "text", read: ({ venueAccount }) => venueAccount.account },
    venue: { kind: "text", read: ({ venueAccount }) => venueAccount.venue },
    epoch: { kind: "bigint", read: ({ epoch }) => epoch },
    trading_epoch: { kind: "bigint", read: ({ tradingEpoch }) => tradingEpoch },
  }),
  placed: new BatchTable<ChangeRow>({
    ...place,
    ...fence,
    ...columnsOf(orderTermsColumns, ({ change }: ChangeRow) => change.terms),
    ...progress,
  }),
  moved: new BatchTable<ChangeRow>({
    ...place,
    ...fence,
    order_id: orderId,
    version_before: { kind: "integer", read: ({ change }) => change.versionBefore ?? null },
    ...progress,
  }),
  events: partTable<EventRow>(eventColumns),
  prepared: partTable<PreparedAttemptRow>(preparedAttemptColumns),
  answers: new BatchTable<ChangeRow>({
    ...place,
    order_id: orderId,
    number: { kind: "integer", read: ({ change }) => change.answer?.number ?? null },
    ...columnsOf(attemptAnswerColumns, ({ change }: ChangeRow) => change.answer),
  }),
  fills: partTable<FillRow>(fillColumns),
  positions: partTable<PositionRow>(positionColumns),
  holdings: partTable<HoldingRow>(holdingColumns),
};

export type FlushTableName = keyof typeof flushTables;

type Rows = {
  readonly [T in FlushTableName]: (typeof flushTables)[T] extends BatchTable<infer Row> ? Row[] : never;
};

/** A batch of changes as parameters. */
export interface FlushParameters {
  /** One array per column, for the tables that the batch has rows of. */
  readonly arrays: ReadonlyMap<FlushTableName, readonly Buffer[]>;
  /** The fence that each change needs, by the places of both. */
  readonly fenceOfChange: readonly (number | null)[];
}

/** `writer` holds the parameters until it begins anew. */
export function flushParameters(changes: readonly EncodedChange[], writer: ArrayWriter): FlushParameters {
  const { rows, fenceOfChange } = rowsOf(changes);
  writer.restart();
  const ranges = new Map([
    ["fences", flushTables.fences.arrays(rows.fences, writer)],
    ["placed", flushTables.placed.arrays(rows.placed, writer)],
    ["moved", flushTables.moved.arrays(rows.moved, writer)],
    ["events", flushTables.events.arrays(rows.events, writer)],
    ["prepared", flushTables.prepared.arrays(rows.prepared, writer)],
    ["answers", flushTables.answers.arrays(rows.answers, writer)],
    ["fills", flushTables.fills.arrays(rows.fills, writer)],
    ["positions", flushTables.positions.arrays(rows.positions, writer)],
    ["holdings", flushTables.holdings.arrays(rows.holdings, writer)],
  ] as const);
  const present = [...ranges].filter(([table]) => rows[table].length > 0);
  const arrays = present.map(([table, places]) => [table, places.map((array) => writer.bytes(array))] as const);
  return { arrays: new Map(arrays), fenceOfChange };
}

function rowsOf(changes: readonly EncodedChange[]) {
  const rows: Rows = {
    ...{ fences: [], placed: [], moved: [], events: [], prepared: [], answers: [] },
    ...{ fills: [], positions: [], holdings: [] },
  };
  const fencePlaces = new Map<string, number>();
  const fenceOfChange = changes.map((change, n) => {
    const fence = change.fence === undefined ? null : fencePlaceOf(change.fence, fencePlaces, rows.fences);
    const changeRow: ChangeRow = { n, fence, change };
    if (change.terms === undefined) rows.moved.push(changeRow);
    else rows.placed.push(changeRow);
    if (change.answer !== undefined) rows.answers.push(changeRow);
    if (change.prepared !== undefined) rows.prepared.push({ n, row: change.prepared });
    for (const row of change.events) rows.events.push({ n, row });
    for (const row of change.fills) rows.fills.push({ n, row });
    for (const row of change.positions) rows.positions.push({ n, row });
    for (const row of change.holdings) rows.holdings.push({ n, row });
    return fence;
  });
  return { rows, fenceOfChange };
}

/** One row per lease and its epochs, however many changes rest on it. */
function fencePlaceOf(
  { venueAccount, epoch, tradingEpoch }: NonNullable<EncodedChange["fence"]>,
  places: Map<string, number>,
  rows: FenceRow[],
): number {
  const key = `${venueAccountKey(venueAccount)}/${epoch}/${tradingEpoch}`;
  const known = places.get(key);
  if (known !== undefined) return known;
  const n = places.size;
  places.set(key, n);
  rows.push({ n, venueAccount, epoch, tradingEpoch: tradingEpoch ?? null });
  return n;
}
