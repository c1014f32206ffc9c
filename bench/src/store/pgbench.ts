import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunFigures } from "./in-flight.ts";
import type { OrderLife } from "./order-life.ts";
import { substituted, transitionStatements } from "./statement-per-transition.ts";
import { timeText, transitionOf, transitionValues } from "./transition-values.ts";

const run = promisify(execFile);

/** Where pgbench is: on the PATH, or where pg_config says; undefined where it is nowhere. */
export async function findPgbench(): Promise<string | undefined> {
  const candidates = ["pgbench"];
  try {
    candidates.push(join((await run("pg_config", ["--bindir"])).stdout.trim(), "pgbench"));
  } catch {
    // No pg_config: the PATH alone decides.
  }
  for (const candidate of candidates) {
    try {
      await run(candidate, ["--version"]);
      return candidate;
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** An order's number on its client; ids made of it grow with each order of a client, as UUIDv7 do. */
const key = "(:run::bigint * 100000000000 + :client_id::bigint * 100000000 + :number::bigint)";
const orderIdText = `('00000000-0000-7000-8000-' || lpad(to_hex(${key}), 12, '0'))`;

/** What the statements' parameters are in pgbench, whose variables are numbers: the same values, put together there. */
const expressions = {
  order_id: orderIdText,
  position_id: orderIdText,
  account: "('account-' || :account_number)",
  client_order_id: `('pgbench-' || ${key})`,
  submit_key: `(${orderIdText} || '-1')`,
  venue_order_id: `('v-' || ${orderIdText})`,
  venue_fill_id: `('f-' || ${orderIdText})`,
  at: "now()",
  valid_until: "now()",
  epoch: "1",
};

/** The script of one order: its four transitions, each a transaction. Texts are those of `sample`. */
export function pgbenchScript(sample: OrderLife, accounts: number): string {
  const statements = sample.map((change) => {
    const { cause, state_times, trace, payload, raw_answer } = transitionValues(change, timeText);
    const texts = { cause, state_times, trace, payload: Buffer.from(asBytes(payload)).toString(), raw_answer };
    const values: Readonly<Record<string, string>> = {
      ...expressions,
      ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, literal(String(text))])),
    };
    return substituted(transitionStatements[transitionOf(change)], values);
  });
  const account = `\\set account_number (:client_id + 64 * :number) % ${accounts}`;
  return ["\\set number :number + 1", account, ...statements.map((statement) => `${statement};`)].join("\n");
}

/** A colon before a letter or digit would be a variable to pgbench, even in a text. */
function literal(text: string): string {
  return `'${text.replaceAll(":", ": ").replaceAll("'", "''")}'`;
}

function asBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

/** Connecting and planning on every connection takes pgbench's first seconds; the others have their own warm-up. */
const startUpSeconds = 2;

/**
 * Runs the script on `clients` connections and counts what is done after the start-up. pgbench tells no quantiles of
 * single statements.
 */
export async function runPgbench(
  pgbench: string,
  url: string,
  script: string,
  { clients, seconds, run: number }: { readonly clients: number; readonly seconds: number; readonly run: number },
): Promise<RunFigures> {
  const load = ["-M", "prepared", "-c", `${clients}`, "-j", `${Math.min(clients, 2)}`, "-f", script];
  const time = ["-T", `${seconds + startUpSeconds}`, "-P", "1"];
  const { stdout, stderr } = await run(pgbench, ["-n", ...load, ...time, "-D", `run=${number}`, "-D", "number=0", url]);
  const failed = Number(/^number of failed transactions: ([0-9]+)/m.exec(stdout)?.[1] ?? 0);
  // progress: 3.0 s, 1683.0 tps, lat 37.999 ms stddev 6.123, 0 failed
  const perSecond = [...stderr.matchAll(/^progress: [0-9.]+ s, ([0-9.]+) tps/gm)].map(([, tps]) => Number(tps));
  const counted = perSecond.slice(startUpSeconds);
  const ordersPerSecond = counted.reduce((sum, tps) => sum + tps, 0) / counted.length;
  if (!(ordersPerSecond > 0) || failed > 0) throw new Error(`pgbench measured nothing, or failed:\n${stdout}${stderr}`);
  return { ordersPerSecond, p50Ms: null, p99Ms: null };
}
