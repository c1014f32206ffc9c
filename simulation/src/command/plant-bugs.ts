import { plants } from "../../plants/index.ts";
import type { Crew } from "../run/crew.ts";
import { hunt, medianSeeds } from "../run/hunt.ts";
import { runSeeds } from "../run/run-seeds.ts";
import { tally } from "../run/tally.ts";
import type { SimulateOptions } from "./options.ts";
import { ProgressLine } from "./progress-line.ts";

/** Plants bugs and hunts each; then runs the same seeds without any, where nothing may be found. */
export async function plantBugs(crew: Crew, { plant, from, seeds, json }: SimulateOptions): Promise<number> {
  const planted = plants.filter(({ name }) => plant === "all" || name === plant);
  const line = new ProgressLine(planted.length);
  const catches = await Promise.all(
    planted.map(async (one) => {
      const caught = await hunt(crew, one, from, seeds);
      const how = caught.caught ? `${caught.invariant}: ${caught.text}` : "NOT CAUGHT";
      line.say(`${caught.caught ? "✔" : "✘"} ${one.name}, ${caught.seeds} seeds, ${how}`);
      line.advance("planted bugs hunted");
      return caught;
    }),
  );
  const controlSeeds = Math.max(...catches.map((one) => one.seeds));
  const control = tally(await runSeeds(crew, { from, seeds: controlSeeds }));
  const caught = catches.filter((one) => one.caught).length;
  const median = medianSeeds(catches);
  const controlViolations = control.violations.length;
  line.say(
    `${planted.length} planted, ${caught} caught, median ${median} seeds; ${controlSeeds} seeds without a bug: ${controlViolations} violations`,
  );
  if (json) {
    const figures = { planted: planted.length, caught, median_seeds: median, control_seeds: controlSeeds };
    process.stdout.write(`${JSON.stringify({ ...figures, control_violations: controlViolations, plants: catches })}\n`);
  }
  return caught === planted.length && controlViolations === 0 ? 0 : 1;
}
