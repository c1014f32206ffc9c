import {
  type FillPage,
  type InstrumentId,
  instrumentId,
  type ReportedFill,
  SurefillError,
  type WallTime,
} from "@surefill/core";
import { z } from "zod";
import type { ExchangeProfile } from "./exchange-profile.ts";
import { venueFill } from "./execution-report.ts";
import { readList } from "./read-list.ts";
import type { Session } from "./session.ts";
import { decodeTrades, type UnifiedTrade } from "./unified.ts";

/** How far each reading goes back before what it has read: exchanges list some executions late. */
const overlapMs = 60_000;
/** Windows without a fill that are passed over in one reading; the next one goes on from there. */
const windowsMax = 8;

/**
 * A place in the fills: by instrument, or of all of them together. `id`: of the last one that was given; read by time,
 * it tells which fills of the millisecond `sinceMs` those were.
 */
const cursorSchema = z.strictObject({
  v: z.literal(1),
  at: z.record(z.string(), z.strictObject({ sinceMs: z.int().min(0), id: z.string().exactOptional() })),
});
type Cursor = z.output<typeof cursorSchema>;
type Place = Cursor["at"][string];

const everywhere = "*";

/** What one reading of a place gave, and where the next one begins. */
interface Reading {
  readonly trades: readonly UnifiedTrade[];
  readonly next: Place;
}

export interface FillQuestion {
  readonly session: Session;
  readonly profile: ExchangeProfile;
  readonly instruments: readonly InstrumentId[];
  /** Milliseconds since 1970 at the exchange. */
  readonly nowMs: number;
}

/**
 * A page of an account's fills. What was given before may come again (core records a fill once); what comes late is not
 * passed over. @throws SurefillError CURSOR_INVALID for a cursor that is none of ours.
 */
export async function readFills(
  question: FillQuestion,
  after: string | WallTime,
  limit: number,
  signal: AbortSignal,
): Promise<FillPage> {
  const { profile, instruments } = question;
  const isById = profile.fills.by === "ID";
  const names: readonly string[] = isById ? instruments : [everywhere];
  const start = typeof after === "string" ? decodeCursor(after) : startAt(names, after);
  const limitEach = Math.max(1, Math.floor(limit / names.length));
  const readings = await Promise.all(
    names.map(async (name) => {
      const from = start.at[name] ?? earliest(start);
      const reading = isById
        ? await readById(question, name, from, limitEach, signal)
        : await readByTime(question, from, limitEach, signal);
      return [name, reading] as const;
    }),
  );
  const next: Cursor = { v: 1, at: Object.fromEntries(readings.map(([name, reading]) => [name, reading.next])) };
  const trades = readings.flatMap(([, reading]) => reading.trades);
  const fills = trades.map(reportedFill).sort((a, b) => a.fill.venueTime - b.fill.venueTime);
  return { fills, next: JSON.stringify(next) };
}

/** By ascending ids, which the exchange counts per instrument: nothing is read twice and nothing is passed over. */
async function readById(
  question: FillQuestion,
  symbol: string,
  from: Place,
  limit: number,
  signal: AbortSignal,
): Promise<Reading> {
  const { session, profile, nowMs } = question;
  if (profile.fills.by !== "ID") throw new RangeError("not an exchange whose trades are read by id");
  const { windowMs, pageMax } = profile.fills;
  const count = Math.min(limit, pageMax);
  const ask = (sinceMs: number | undefined, params: Readonly<Record<string, string | number>>) =>
    readList(
      session,
      profile.pages.myTrades,
      (exchange) => exchange.fetchMyTrades(symbol, sinceMs, count, params),
      decodeTrades,
      signal,
    );
  let { sinceMs } = from;
  for (let window = 0; window < windowsMax; window += 1) {
    const untilMs = sinceMs + windowMs;
    const trades =
      from.id === undefined
        ? await ask(sinceMs, untilMs < nowMs ? { until: untilMs } : {})
        : await ask(undefined, { fromId: String(BigInt(from.id) + 1n) });
    const last = trades.at(-1);
    if (last?.id !== undefined) return { trades, next: { sinceMs, id: last.id } };
    if (from.id !== undefined || untilMs >= nowMs) return { trades: [], next: { ...from, sinceMs } };
    sinceMs = untilMs + 1;
  }
  return { trades: [], next: { sinceMs } };
}

/**
 * All pages of a window of time, the oldest first; cut at `limit`, the next reading begins after the last one given.
 * Many fills may be of one millisecond, more than a page may have: within it they follow each other by their ids.
 */
async function readByTime(
  { session, profile, nowMs }: FillQuestion,
  from: Place,
  limit: number,
  signal: AbortSignal,
): Promise<Reading> {
  if (profile.fills.by !== "TIME") throw new RangeError("not an exchange whose trades are read by time");
  const { windowMs } = profile.fills;
  // Some exchanges leave out what is of the very time that they are asked from.
  const askedMs = Math.max(0, from.sinceMs - 1);
  const untilMs = windowMs === undefined ? undefined : askedMs + windowMs;
  const isPast = untilMs !== undefined && untilMs < nowMs;
  const bounds = isPast ? { until: untilMs } : {};
  const listed = await readList(
    session,
    profile.pages.myTrades,
    (exchange, pageMax, params) => exchange.fetchMyTrades(undefined, askedMs, pageMax, { ...bounds, ...params }),
    decodeTrades,
    signal,
  );
  const ahead = listed
    .map((trade) => ({ trade, place: placeOf(trade) }))
    .filter(({ place }) => isAfter(place, { sinceMs: from.sinceMs, id: from.id ?? "" }))
    .sort((a, b) => (isAfter(a.place, b.place) ? 1 : -1))
    .slice(0, limit);
  const trades = ahead.map(({ trade }) => trade);
  const last = ahead.at(-1);
  if (ahead.length === limit && last !== undefined) return { trades, next: last.place };
  if (isPast) return { trades, next: { sinceMs: untilMs } };
  // Back behind the pages that led here, for what is listed late.
  const earliestMs = from.id === undefined ? from.sinceMs : 0;
  return { trades, next: { sinceMs: Math.max(earliestMs, nowMs - overlapMs) } };
}

/** Ids are unique with their instrument and order alone. */
function placeOf({ timestamp, symbol, order, id }: UnifiedTrade): Required<Place> {
  if (timestamp === undefined) {
    throw new SurefillError("VENUE_UNREACHABLE", "the exchange told of an execution without its time");
  }
  return { sinceMs: Math.floor(timestamp / 1_000), id: `${symbol} ${order} ${id}` };
}

function isAfter(a: Required<Place>, b: Required<Place>): boolean {
  return a.sinceMs === b.sinceMs ? a.id > b.id : a.sinceMs > b.sinceMs;
}

function reportedFill(trade: UnifiedTrade): ReportedFill {
  if (trade.symbol === undefined) {
    throw new SurefillError("VENUE_UNREACHABLE", "the exchange told of an execution without its instrument");
  }
  return { instrument: instrumentId(trade.symbol), fill: venueFill(trade) };
}

function startAt(names: readonly string[], since: WallTime): Cursor {
  const sinceMs = Math.max(0, Math.floor(since / 1_000));
  return { v: 1, at: Object.fromEntries(names.map((name) => [name, { sinceMs }])) };
}

/** Where reading of an instrument begins that the cursor does not have: it has been configured since. */
function earliest({ at }: Cursor): Place {
  return { sinceMs: Math.min(...Object.values(at).map(({ sinceMs }) => sinceMs)) };
}

function decodeCursor(text: string): Cursor {
  try {
    const cursor = cursorSchema.parse(JSON.parse(text));
    if (Object.keys(cursor.at).length > 0) return cursor;
  } catch (cause) {
    throw new SurefillError("CURSOR_INVALID", "not a cursor of this venue's fills", { cause });
  }
  throw new SurefillError("CURSOR_INVALID", "an empty cursor of this venue's fills");
}
