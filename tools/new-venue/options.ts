import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface NewVenueOptions {
  readonly name: string;
  /** Absolute: the folder of a package outside this repository; absent: libs/venue-<name>. */
  readonly out?: string;
}

export const usage = `npm run new-venue -- <name> [options]
  <name>        of the venue, such as kraken: a-z 0-9 -, beginning with a letter
  --out FOLDER  writes a package of its own there, outside this repository, instead of libs/venue-<name>
  --help        this text

What to do with what it wrote: docs/add-a-venue.md
`;

const pattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const nameLengthMax = 30;

/** @throws Error naming what makes no sense. */
export function newVenueOptions(argv: readonly string[]): NewVenueOptions | "help" {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { out: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) return "help";
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new Error("give one name");
  if (!pattern.test(name) || name.length > nameLengthMax || name === "testkit") {
    throw new Error(`${name}: give a name of a-z 0-9 -, beginning with a letter, at most ${nameLengthMax} long`);
  }
  // npm runs scripts in the project's folder; the folder is meant from where the person stands.
  return values.out === undefined
    ? { name }
    : { name, out: resolve(process.env.INIT_CWD ?? process.cwd(), values.out) };
}
