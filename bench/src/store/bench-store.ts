import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createTestDatabase, findPostgres } from "@surefill/persistence/testing";
import { type Entry, type EntryName, postgresEntries, sqliteEntries } from "./entry.ts";
import type { RunFigures } from "./in-flight.ts";

const usage = `npm run bench -- store [options]
  --seconds N   each run (default 2)
  --rounds N    rounds, of which the median counts (default 3)
  --json        end with one line of JSON

Orders a second, each with four durable transitions, with 1, 16 and 128 orders in flight: of the store over Postgres
and SQLite, of one prepared statement (SQLite: one transaction) per transition that writes the same rows, and of
pgbench -M prepared with these statements, on at most 64 connections. The contenders take turns in every round, each in
a database of its own.
`;

const levels = [1, 16, 128] as const;
type Level = (typeof levels)[number];

/** Figures by level, in the order of the rounds. */
type Measured = Map<EntryName, Map<Level, RunFigures[]>>;

interface Figures {
  readonly orders_per_second: number;
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
}

export async function benchStore(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: "string", default: "2" },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) throw new Error("--seconds takes 1 to 600");
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error("--rounds takes 1 to 100");

  const figures = await measureAll(seconds, rounds);
  const summary = summarize(figures);
  process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : tableOf(figures, summary));
  return 0;
}

/** Makes the databases, lets the contenders take turns, and removes everything again. */
async function measureAll(seconds: number, rounds: number): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), "surefill-bench-"));
  const adminUrl = await findPostgres();
  const databases = adminUrl === undefined ? [] : await inTurn([1, 2, 3], () => createTestDatabase(adminUrl));
  const entries: Entry[] = [];
  try {
    entries.push(...(await sqliteEntries(directory)));
    const [store, statement, pgbench] = databases.map(({ url }) => url);
    if (store !== undefined && statement !== undefined && pgbench !== undefined) {
      entries.push(...(await postgresEntries({ store, statement, pgbench }, directory)));
    }
    return await takeTurns(entries, seconds, rounds);
  } finally {
    await inTurn(entries, (entry) => entry.close());
    await inTurn(databases, (database) => database.drop());
    await rm(directory, { recursive: true });
  }
}

async function takeTurns(entries: readonly Entry[], seconds: number, rounds: number): Promise<Measured> {
  const measured: Measured = new Map(entries.map(({ name }) => [name, new Map(levels.map((level) => [level, []]))]));
  const runs = levels.length * rounds * entries.length;
  let run = 0;
  for (const level of levels) {
    for (const entry of entries) await entry.warmUp(level);
    for (let round = 1; round <= rounds; round += 1) {
      for (const entry of entries) {
        run += 1;
        const figures = await entry.run(level, seconds);
        measured.get(entry.name)?.get(level)?.push(figures);
        const rate = Math.round(figures.ordersPerSecond).toLocaleString("en");
        progress(`[${run}/${runs}] ${level} in flight, round ${round}: ${entry.title}: ${rate} orders/s`);
      }
    }
  }
  return measured;
}

function summarize(measured: Measured) {
  const medianOf = (name: EntryName, level: Level): Figures | null => {
    const runs = measured.get(name)?.get(level) ?? [];
    const ordersPerSecond = median(runs.map((run) => run.ordersPerSecond));
    if (ordersPerSecond === null) return null;
    return {
      orders_per_second: Math.round(ordersPerSecond),
      p50_ms: rounded(median(runs.flatMap(({ p50Ms }) => p50Ms ?? []))),
      p99_ms: rounded(median(runs.flatMap(({ p99Ms }) => p99Ms ?? []))),
    };
  };
  const ratio = (name: EntryName, to: EntryName): number | null => {
    const [ours, theirs] = [medianOf(name, 128), medianOf(to, 128)];
    return ours === null || theirs === null ? null : rounded(ours.orders_per_second / theirs.orders_per_second);
  };
  return {
    postgres_ratio_128: ratio("postgres_store", "postgres_statement"),
    pgbench_ratio_128: ratio("postgres_store", "pgbench"),
    sqlite_ratio_128: ratio("sqlite_store", "sqlite_transaction"),
    levels: Object.fromEntries(
      levels.map((level) => [
        level,
        {
          postgres_store: medianOf("postgres_store", level),
          postgres_statement: medianOf("postgres_statement", level),
          pgbench: medianOf("pgbench", level),
          sqlite_store: medianOf("sqlite_store", level),
          sqlite_transaction: medianOf("sqlite_transaction", level),
        },
      ]),
    ),
  };
}

function tableOf(measured: Measured, summary: ReturnType<typeof summarize>): string {
  const lines = Object.entries(summary.levels).flatMap(([level, figures]) => [
    `${level} in flight`,
    ...Object.entries(figures).map(
      ([name, row]) => `  ${name.padEnd(20)} ${row === null ? "not measured" : rowOf(row)}`,
    ),
  ]);
  const ratios = [
    `Postgres / one statement per transition: ${summary.postgres_ratio_128 ?? "not measured"}`,
    `Postgres / pgbench: ${summary.pgbench_ratio_128 ?? "not measured"}`,
    `SQLite / one transaction per transition: ${summary.sqlite_ratio_128 ?? "not measured"}`,
  ];
  const runs = [...measured.values()][0]?.get(128)?.length ?? 0;
  return [`median of ${runs} rounds`, ...lines, "at 128 in flight", ...ratios.map((line) => `  ${line}`), ""].join(
    "\n",
  );
}

function rowOf({ orders_per_second, p50_ms, p99_ms }: Figures): string {
  const rate = `${orders_per_second.toLocaleString("en").padStart(8)} orders/s`;
  return p50_ms === null ? rate : `${rate}   a transition p50 ${p50_ms} ms, p99 ${p99_ms} ms`;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}
