import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoOptions, usage } from "./options.ts";
import { runDemo } from "./run-demo.ts";
import { jsonSummary, textSummary } from "./summary.ts";

/** `npm run demo`: ends with 0 only if every order ended, none twice and none lost. */
async function main(): Promise<number> {
  const options = demoOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(usage);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), "surefill-demo-"));
  const result = await runDemo(options, folder);
  process.stderr.write(textSummary(result));
  if (options.json) process.stdout.write(`${jsonSummary(result)}\n`);
  const { duplicates, lost, mispriced } = result.audit;
  if (duplicates + lost + mispriced + result.auditViolations.length > 0) {
    process.stderr.write(`Something is wrong; the database, the venue's log and the service's logs are in ${folder}\n`);
    return 1;
  }
  await rm(folder, { recursive: true, force: true });
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
}
