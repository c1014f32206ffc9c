import { type CardResult, pageOf, runConformance, summaryOf } from "@surefill/venue-testkit";
import { loadConformance } from "./load-conformance.ts";
import { type ConformanceOptions, conformanceOptions, usage } from "./options.ts";

/** `npm run conformance`: runs the cards against a venue library; ends with 0 only if none failed. */
async function main({ venue, json, only, concurrency }: ConformanceOptions): Promise<number> {
  // npm runs scripts in the project's folder; a path is meant from where the person stands.
  const conformance = await loadConformance(venue, process.env.INIT_CWD ?? process.cwd());
  const onResult = (result: CardResult, done: number, all: number) => {
    process.stderr.write(`${resultText(result, `${String(done).padStart(3)}/${all}`)}\n`);
  };
  const report = await runConformance(conformance, { concurrency, onResult, ...(only === undefined ? {} : { only }) });
  const summary = summaryOf(report);
  const { passed, failed, skipped } = summary;
  process.stderr.write(`\n${report.venue}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return failed === 0 ? 0 : 1;
}

function resultText({ card, verdict, tookMs }: CardResult, place: string): string {
  const title = `${card.id} ${card.title}`;
  switch (verdict.kind) {
    case "PASSED":
      return `${place} ✔ ${title} (${Math.round(tookMs)} ms)`;
    case "SKIPPED":
      return `${place} – ${title}\n          skipped: ${verdict.reason}`;
    case "FAILED":
      return [
        `${place} ✘ ${title}`,
        `          expected: ${verdict.expected}`,
        `          happened: ${verdict.happened}`,
        `          why it matters: ${pageOf(card)}`,
      ].join("\n");
  }
}

function decoded(): ConformanceOptions | "help" | undefined {
  try {
    return conformanceOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

const options = decoded();
if (options === "help") process.stdout.write(usage);
else if (options === undefined) process.exitCode = 2;
else {
  process.exitCode = await main(options).catch((error: unknown) => {
    process.stderr.write(`✘ ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  });
}
