import { SurefillError } from "../error/surefill-error.ts";
import { doubtSince } from "../order/order.ts";
import type { OrderLists, Page, PageRequest } from "../store/order-lists.ts";
import { wallTime } from "../time/wall-time.ts";
import type { MemoryTables } from "./memory-store-tables.ts";

const pageSizeMax = 1_000;

/** What a list is sorted by, newest first. Order ids are UUIDv7; fills are listed in the order of recording. */
type SortKey = readonly (number | string)[];

/** The OrderLists over MemoryTables. */
export function memoryLists(tables: MemoryTables, open: () => void): OrderLists {
  return {
    async orders(filter, page) {
      open();
      const { account, venue, instrument, states, strategyId } = filter;
      const rows = [...tables.orders.values()].filter(
        ({ instruction, state }) =>
          fits(account, instruction.account) &&
          fits(venue, instruction.venue) &&
          fits(instrument, instruction.instrument) &&
          fits(strategyId, instruction.strategyId) &&
          (states === undefined || states.includes(state)),
      );
      return pageOf(rows, ({ orderId }) => [orderId], ["orders", filter], page);
    },
    async openCounts() {
      open();
      const groups = Map.groupBy(tables.open.values(), ({ instruction, state }) => `${instruction.venue} ${state}`);
      return [...groups.values()].flatMap((orders) => {
        const [first] = orders;
        if (first === undefined) return [];
        const { state, instruction } = first;
        const since = wallTime(Math.min(...orders.map(({ stateTimes, updatedAt }) => stateTimes[state] ?? updatedAt)));
        return [{ venue: instruction.venue, state, orders: orders.length, since }];
      });
    },
    async inDoubt(filter, page) {
      open();
      const rows = [...tables.open.values()].filter(
        (order) =>
          doubtSince(order) !== undefined &&
          fits(filter.account, order.instruction.account) &&
          fits(filter.venue, order.instruction.venue),
      );
      return pageOf(
        rows,
        (order) => [doubtSince(order) ?? 0, order.orderId],
        ["in_doubt", filter],
        page,
        compareUpwards,
      );
    },
    async fills(filter, page) {
      open();
      const { orderId, account, venue, instrument, positionId } = filter;
      const rows = [...tables.fills.values()]
        .map((fill, place) => ({ fill, place }))
        .filter(
          ({ fill }) =>
            fits(orderId, fill.orderId) &&
            fits(account, fill.account) &&
            fits(venue, fill.venue) &&
            fits(instrument, fill.instrument) &&
            fits(positionId, fill.positionId),
        );
      const { items, ...rest } = pageOf(rows, ({ place }) => [place], ["fills", filter], page);
      return { items: items.map(({ fill }) => fill), ...rest };
    },
    async positions(filter, page) {
      open();
      const rows = [...tables.positions.values()].filter(
        ({ account, venue }) => fits(filter.account, account) && fits(filter.venue, venue),
      );
      return pageOf(
        rows,
        ({ openedAt, venue, account, positionId, instrument }) => [openedAt, venue, account, positionId, instrument],
        ["positions", filter],
        page,
      );
    },
    async holdings(filter, page) {
      open();
      const rows = [...tables.holdings.values()].filter(
        ({ account, venue }) => fits(filter.account, account) && fits(filter.venue, venue),
      );
      const { items, ...rest } = pageOf(
        rows,
        ({ openedAt, venue, account, instrument }) => [openedAt, venue, account, instrument],
        ["holdings", filter],
        page,
      );
      return { items: items.map(({ openedAt: _, ...holding }) => holding), ...rest };
    },
  };
}

function fits(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

function pageOf<T>(
  rows: readonly T[],
  keyOf: (row: T) => SortKey,
  filter: readonly [list: string, filter: object],
  { size, token }: PageRequest,
  compare = compareKeys,
): Page<T> {
  if (!Number.isInteger(size) || size < 1 || size > pageSizeMax) throw new RangeError(`a page of ${size} rows`);
  const filterText = JSON.stringify([filter[0], Object.entries(filter[1]).sort()]);
  const after = token === undefined ? undefined : keyIn(token, filterText);
  const rest = rows
    .filter((row) => after === undefined || compare(keyOf(row), after) > 0)
    .sort((a, b) => compare(keyOf(a), keyOf(b)));
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (last === undefined || rest.length <= size) return { items };
  return { items, nextPageToken: encodeURIComponent(JSON.stringify([filterText, keyOf(last)])) };
}

/** Less than zero where `a` is listed before `b`: the later time, the greater text first. */
function compareKeys(a: SortKey, b: SortKey): number {
  const place = a.findIndex((part, index) => part !== b[index]);
  const [inA, inB] = [a[place], b[place]];
  if (inA === undefined || inB === undefined) return 0;
  return inA > inB ? -1 : 1;
}

function compareUpwards(a: SortKey, b: SortKey): number {
  return compareKeys(b, a);
}

function keyIn(token: string, filterText: string): SortKey {
  try {
    const [filter, key] = JSON.parse(decodeURIComponent(token));
    if (filter === filterText && Array.isArray(key)) return key;
  } catch {
    // Not one of ours: refused below.
  }
  throw new SurefillError("PAGE_TOKEN_INVALID", "the page token is not of this list and filter");
}
