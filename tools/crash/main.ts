import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crashSummary, crashText, faultsOf } from "./crash-summary.ts";
import { evidenceOf } from "./evidence.ts";
import { type CrashOptions, crashOptions, usage } from "./options.ts";
import { Progress } from "./progress.ts";
import { runCrash } from "./run-crash.ts";

/** `npm run crash`: ends with 0 only if no order was lost, doubled or stuck, and enough was done to it. */
async function main(options: CrashOptions): Promise<number> {
  const { kills, venue, store, servers, trackers, seed, json } = options;
  const folder = await mkdtemp(join(tmpdir(), "surefill-crash-"));
  const progress = new Progress(kills);
  const processes = `${servers} + ${trackers} processes on ${store} at ${venue}`;
  progress.say(`${kills} kills over ${processes}, seed ${seed}; logs in ${folder}`);
  const { summary, evidence } = await runCrash(options, folder, progress, async (result) => ({
    summary: crashSummary(options, result),
    evidence: await evidenceOf(result),
  }));
  const faults = faultsOf(summary, options);
  process.stderr.write(crashText(summary));
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (faults.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return 0;
  }
  process.stderr.write(
    `${evidence}\n✘ ${faults.join("; ")}\n  The database, the venue's log and all logs: ${folder}\n`,
  );
  return 1;
}

function decoded(): CrashOptions | "help" | undefined {
  try {
    return crashOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

const options = decoded();
if (options === "help") process.stdout.write(usage);
else if (options === undefined) process.exitCode = 1;
else {
  process.exitCode = await main(options).catch((error: unknown) => {
    process.stderr.write(`✘ ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
}
