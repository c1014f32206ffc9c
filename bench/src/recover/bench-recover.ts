import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Desk, defaultRetryPolicy, type Log, type Store } from "@surefill/core";
import { startServer } from "@surefill/executor-server";
import { openStore } from "@surefill/persistence";
import { SystemClock, SystemRandom, startTelemetry } from "@surefill/runtime";
import { temporaryDatabase } from "@surefill/tools/launch";
import { BookVenue, manifest } from "./book-venue.ts";
import { type LeftBehind, leftBehind, venueAccount } from "./left-behind.ts";
import { btcUsdt, outcomeOf, takenUp } from "./taken-up.ts";

const usage = `npm run bench -- recover [options]
  --orders N    open orders that a killed process left (default 100000)
  --store sqlite|postgres|both   (default both)
  --json        end with one line of JSON: orders, seconds and venue_requests of the slowest store, and each store's own

From the start of server and tracker, in one process, on a database with so many open orders, until all of them are
taken up: the lease is held, no order is SUBMITTED or IN_DOUBT any more, the fills of the meantime are recorded, and
every open order has been compared with what the venue lists. Of a hundred orders, 60 are CONFIRMING, 15
PARTIALLY_FILLED, 10 SUBMITTED, 10 IN_DOUBT, 2 CANCELLING, 2 FAILED with a retry to come, 1 PENDING. While nobody
watched, the venue filled 900 of them, and 20 of those in doubt never arrived there. Venue requests are those of taking
up; the first submissions of PENDING orders are counted apart.
`;

interface Measured {
  readonly store: "sqlite" | "postgres";
  readonly orders: number;
  readonly seconds: number;
  /** Of this process, its writing thread included; the database's own are not in it. */
  readonly cpu_seconds: number;
  readonly venue_requests: number;
  readonly requests: Readonly<Record<string, number>>;
  readonly adopted: number;
  readonly filled: number;
  readonly proven_absent: number;
}

export async function benchRecover(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      orders: { type: "string", default: "100000" },
      store: { type: "string", default: "both" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const orders = Number(values.orders);
  if (!Number.isInteger(orders) || orders < 100 || orders > 400_000) throw new Error("--orders takes 100 to 400000");
  const stores = values.store === "both" ? (["sqlite", "postgres"] as const) : ([values.store] as const);
  const measured: Measured[] = [];
  for (const store of stores) {
    if (store !== "sqlite" && store !== "postgres") throw new Error(`--store ${store}: give sqlite, postgres or both`);
    measured.push(await measure(store, orders));
  }
  const worst = (key: "seconds" | "venue_requests") => Math.max(...measured.map((result) => result[key]));
  const summary = { orders, seconds: worst("seconds"), venue_requests: worst("venue_requests"), stores: measured };
  process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : tableOf(measured));
  return 0;
}

async function measure(kind: "sqlite" | "postgres", count: number): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "surefill-bench-"));
  const database = kind === "postgres" ? await temporaryDatabase("surefill_bench") : undefined;
  const settings =
    database === undefined
      ? ({ kind: "sqlite", file: join(folder, "surefill.db") } as const)
      : ({ kind: "postgres", url: database.url } as const);
  try {
    const before = await openStore(settings, { log });
    const orders = await leave(before, count, kind);
    await before.close();
    return await recovered(kind, () => openStore(settings, { log }), orders);
  } finally {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Only what goes wrong: a line for each of so many orders would be what is measured. */
const log: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (fields, message) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

/** Writes the orders as a process that was killed left them. */
async function leave(store: Store, count: number, kind: string): Promise<readonly LeftBehind[]> {
  const clock = new SystemClock();
  const all: LeftBehind[] = [];
  let batch: Promise<unknown>[] = [];
  const batchMax = 2_000;
  for (const left of leftBehind(count, clock.wall(), new SystemRandom())) {
    all.push(left);
    batch.push(store.orders.commit(left.change));
    if (batch.length < batchMax && all.length < count) continue;
    await Promise.all(batch);
    batch = [];
    if (all.length % 20_000 === 0 || all.length === count)
      process.stderr.write(`${kind}: ${all.length} of ${count} orders written\n`);
  }
  await store.fillCursors.save(venueAccount, { next: "0", since: clock.wall() });
  return all;
}

async function recovered(
  kind: Measured["store"],
  open: () => Promise<Store>,
  orders: readonly LeftBehind[],
): Promise<Measured> {
  const clock = new SystemClock();
  const venue = new BookVenue(() => clock.wall(), {
    open: orders.flatMap(({ report }) => report ?? []),
    fills: orders.flatMap(({ newFill }) => newFill ?? []),
    instruments: [btcUsdt],
  });
  const config = { host: "127.0.0.1", port: 0, shutdownGraceMs: 1_000 };
  const startedMs = clock.monotonicMs();
  const cpuBefore = process.cpuUsage();
  const store = await open();
  const entry = {
    ...{ venueId: venueAccount.venue, plugin: "bench", manifest, venue, accounts: [venueAccount.account] },
    ...{ instruments: new Map([[btcUsdt.symbol, btcUsdt]]), concurrencyMax: 1, collarBps: 5_000 },
  };
  const desk: Desk = {
    ...{ store, clock, log, random: new SystemRandom(), retryPolicy: defaultRetryPolicy },
    ...{ venues: new Map([[entry.venueId, entry]]), telemetry: startTelemetry("bench").orders },
  };
  const server = await startServer(desk, config, { withTracker: true });
  try {
    await takenUp(desk, orders);
    const seconds = Math.round(clock.monotonicMs() - startedMs) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const outcome = await outcomeOf(desk, orders);
    const { submit, ...requests } = venue.requests;
    const venueRequests = Object.values(requests).reduce((sum, each) => sum + each, 0);
    process.stderr.write(`${kind}: ${orders.length} orders taken up in ${seconds} s, ${venueRequests} requests\n`);
    const figures = { store: kind, orders: orders.length, seconds, venue_requests: venueRequests };
    const cpuSeconds = Math.round((user + system) / 1_000) / 1_000;
    return { ...figures, cpu_seconds: cpuSeconds, requests: { ...requests, first_submissions: submit }, ...outcome };
  } finally {
    await server.stop();
    await store.close();
  }
}

function tableOf(measured: readonly Measured[]): string {
  const lines = measured.map(({ store, orders, seconds, venue_requests, adopted, filled, proven_absent }) => {
    const of = `${adopted} adopted, ${filled} filled meanwhile, ${proven_absent} proven absent`;
    return `${store.padEnd(9)} ${orders} orders in ${seconds} s, ${venue_requests} venue requests (${of})`;
  });
  return `${lines.join("\n")}\n`;
}
