import type { Crew } from "../run/crew.ts";
import type { SeedResult } from "../run/run-seed.ts";
import { runSeeds } from "../run/run-seeds.ts";
import { tally } from "../run/tally.ts";
import type { SimulateOptions } from "./options.ts";
import { ProgressLine } from "./progress-line.ts";

/** Runs the seeds, tells of each violation with what it takes to see it again, and ends with the figures. */
export async function simulate(crew: Crew, options: SimulateOptions): Promise<number> {
  const { seeds, from, json } = options;
  const line = new ProgressLine(seeds);
  const startedAt = performance.now();
  let violations = 0;
  const results = await runSeeds(crew, { from, seeds }, (result) => {
    if (result.violation !== undefined) {
      violations += 1;
      line.say(violationText(result));
    }
    line.advance(`${violations} violations`);
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const figures = tally(results);
  const perSecond = seeds / seconds;
  const rounded = (value: number) => Math.round(value * 100) / 100;
  line.say(
    [
      `${seeds} seeds in ${seconds.toFixed(1)} s (${perSecond.toFixed(1)} per second on ${crew.size} threads): ${figures.orders} orders,`,
      `${Object.values(figures.faults).reduce((sum, count) => sum + count, 0)} faults, ${figures.adopted} adopted,`,
      `${figures.proven_absent} proven absent, ${figures.late_fills} late fills, ${violations} violations`,
    ].join(" "),
  );
  if (figures.not_reached.length > 0) line.say(`not reached: ${figures.not_reached.join(", ")}`);
  if (json) {
    const speed = { seeds_per_second: rounded(perSecond), seeds_per_second_per_thread: rounded(perSecond / crew.size) };
    process.stdout.write(`${JSON.stringify({ ...figures, ...speed })}\n`);
  }
  return violations === 0 ? 0 : 1;
}

function violationText({ seed, violation, history }: SeedResult): string {
  return [
    `✘ seed ${seed}: ${violation?.invariant} at ${((violation?.atMs ?? 0) / 1_000).toFixed(3)} s: ${violation?.text}`,
    ...history.map((text) => `    ${text}`),
    `  replay: npm run simulate -- --from ${seed} --seeds 1`,
  ].join("\n");
}
