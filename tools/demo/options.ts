import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface DemoOptions {
  readonly orders: number;
  /** Absolute; without one the market is a seeded random walk. */
  readonly tape?: string;
  readonly store: "sqlite" | "postgres";
  readonly json: boolean;
  readonly seed: number;
}

export const usage = `npm run demo -- [options]
  --orders N               how many orders to execute (default 200)
  --tape FILE              a recorded market to trade on, one row an order: quotes or trades as CSV,
                           trades as JSON, either gzipped or not; without it: a seeded random walk
  --store sqlite|postgres  where orders are kept (default sqlite); postgres takes a database of
                           its own beside the one that SUREFILL_POSTGRES_URL names
  --seed N                 of the order mix, the walk and the simulated exchange (default 1)
  --json                   end with one line of JSON
  --help                   this text
`;

/** @throws Error naming the option that makes no sense. */
export function demoOptions(argv: readonly string[]): DemoOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      orders: { type: "string", default: "200" },
      tape: { type: "string" },
      store: { type: "string", default: "sqlite" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const { store, json } = values;
  if (store !== "sqlite" && store !== "postgres") throw new Error(`--store ${store}: give sqlite or postgres`);
  // npm runs scripts in the project's folder; the file is meant from where the person stands.
  const tape = values.tape === undefined ? undefined : resolve(process.env.INIT_CWD ?? ".", values.tape);
  if (tape !== undefined && !existsSync(tape)) throw new Error(`--tape ${tape}: no such file`);
  const orders = wholeNumber("--orders", values.orders, 1, 1_000_000);
  const seed = wholeNumber("--seed", values.seed, 0, 2 ** 32 - 1);
  return { orders, store, json, seed, ...(tape === undefined ? {} : { tape }) };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Error(`${option} ${text}: give ${min} to ${max}`);
  return value;
}
