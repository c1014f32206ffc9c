import { parseArgs } from "node:util";
import { cards } from "@surefill/venue-testkit";

export interface ConformanceOptions {
  /** A library's short name, its package's name, or the path of its folder. */
  readonly venue: string;
  readonly json: boolean;
  /** Ids of the cards to run; absent: all. */
  readonly only?: readonly string[];
  readonly concurrency: number;
}

export const usage = `npm run conformance -- <venue> [options]
  <venue>          the short name of a library here (sim: libs/venue-sim), the name of an installed
                   package, or the path of a package's folder, from where you stand; its package.json
                   exports "./conformance"
  --only V-101,…   these cards alone
  --concurrency N  cards that run at the same time (default 4)
  --json           end with one line of JSON: passed, failed, skipped, failures, skips
  --help           this text

Ends with 0 if no card failed, 1 if one did, 2 if the library could not be tried.
`;

/** @throws Error naming the option that makes no sense. */
export function conformanceOptions(argv: readonly string[]): ConformanceOptions | "help" {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      only: { type: "string" },
      concurrency: { type: "string", default: "4" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const [venue, ...more] = positionals;
  if (venue === undefined || more.length > 0) throw new Error("give one venue");
  const concurrency = Number(values.concurrency);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 32) {
    throw new Error(`--concurrency ${values.concurrency}: give 1 to 32`);
  }
  const only = values.only?.split(",");
  const unknown = only?.find((id) => !cards.some((card) => card.id === id));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there is no such card; see docs/venue-cards.md`);
  return { venue, json: values.json, concurrency, ...(only === undefined ? {} : { only }) };
}
