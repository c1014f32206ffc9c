import { plants } from "../plants/index.ts";
import { simulateOptions, usage } from "./command/options.ts";
import { plantBugs } from "./command/plant-bugs.ts";
import { simulate } from "./command/simulate.ts";
import { Crew } from "./run/crew.ts";

/** `npm run simulate`: ends with 0 only if no invariant broke, or, with planted bugs, if each was found. */
async function main(argv: readonly string[]): Promise<number> {
  const names = plants.map(({ name }) => name);
  const options = simulateOptions(argv, names);
  if (options === "help") {
    process.stdout.write(usage(names));
    return 0;
  }
  const crew = new Crew(Math.min(options.workers, options.seeds), { keepsStacks: options.seeds === 1 });
  try {
    return await (options.plant === undefined ? simulate(crew, options) : plantBugs(crew, options));
  } finally {
    await crew.dismiss();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
