import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface SimulateOptions {
  readonly seeds: number;
  readonly from: number;
  readonly json: boolean;
  readonly workers: number;
  /** A planted bug's name, or "all". */
  readonly plant?: string;
}

export function usage(plants: readonly string[]): string {
  return `npm run simulate -- [options]
  Real servers and trackers on virtual time, with a store that can lose what was not written and venues where anything
  can go wrong. Each seed is one run: about 200 orders, more than 50 faults, every invariant held against the venues'
  own logs. The same seed is the same run.
  --seeds N      how many runs (default 100); with --plant at most so many for each bug (default 400)
  --from S       the first seed (default 1); "--from S --seeds 1" replays one run
  --plant BUG    plants a known bug, which must be found; "all" plants each in turn
  --workers N    threads to run on (default: one per core, here ${availableParallelism()})
  --json         end with one line of JSON
  --help         this text
Bugs: ${plants.join(", ")}
`;
}

/** @throws Error naming the option that makes no sense. */
export function simulateOptions(argv: readonly string[], plants: readonly string[]): SimulateOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: "string" },
      from: { type: "string", default: "1" },
      plant: { type: "string" },
      workers: { type: "string", default: String(availableParallelism()) },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const { plant, json } = values;
  if (plant !== undefined && plant !== "all" && !plants.includes(plant)) {
    throw new Error(`--plant ${plant}: there is no such bug; give all, or one of ${plants.join(", ")}`);
  }
  const seeds = wholeNumber("--seeds", values.seeds ?? (plant === undefined ? "100" : "400"), 1, 1_000_000);
  const from = wholeNumber("--from", values.from, 0, 2 ** 32 - 1 - seeds);
  const workers = wholeNumber("--workers", values.workers, 1, 64);
  return { seeds, from, json, workers, ...(plant === undefined ? {} : { plant }) };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new Error(`${option} ${text}: give ${min} to ${max}`);
  return value;
}
