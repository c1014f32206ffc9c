import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** `npm test`: format and lint, types, contract, then every spec. All run, so that one run shows all that is wrong. */
const root = resolve(import.meta.dirname, "../..");

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly remedy: string;
}

const steps: readonly Step[] = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "."], remedy: "npm run format" },
  { name: "types", command: ["tsc", "-p", "tsconfig.json", "--noEmit"], remedy: "mend what the compiler names" },
  { name: "contract", command: ["node", "tools/contract/main.ts"], remedy: "npm run contract -- --fix" },
];

function run([command, ...args]: readonly [string, ...string[]]): Promise<number> {
  const { promise, resolve: exited } = Promise.withResolvers<number>();
  const child = spawn(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
  });
  child.once("error", (error) => {
    console.error(`${command}: ${error.message}`);
    exited(127);
  });
  child.once("exit", (code) => exited(code ?? 1));
  return promise;
}

async function timed(name: string, command: readonly [string, ...string[]]): Promise<boolean> {
  console.log(`\n▶ ${name}`);
  const startedAt = performance.now();
  const isGreen = (await run(command)) === 0;
  console.log(`${isGreen ? "✔" : "✘"} ${name}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return isGreen;
}

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const faults: string[] = [];
for (const { name, command, remedy } of steps) if (!(await timed(name, command))) faults.push(`${name}: ${remedy}`);

const folder = await mkdtemp(join(tmpdir(), "surefill-check-"));
const reportFile = join(folder, "report.json");
const vitest = ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`] as const;
if (!(await timed("specs", vitest))) faults.push("specs: the failures stand above");
const report: Report | undefined = await readFile(reportFile, "utf8")
  .then(JSON.parse)
  .catch(() => undefined);
await rm(folder, { recursive: true, force: true });

const skipped = (report?.testResults ?? []).flatMap(({ assertionResults }) =>
  assertionResults.filter(({ status }) => status !== "passed" && status !== "failed").map(({ fullName }) => fullName),
);
if (skipped.length > 0) {
  console.log(`\n! ${skipped.length} specs were SKIPPED; why stands above, beside "SKIPPED":`);
  for (const name of skipped.slice(0, 20)) console.log(`    ${name}`);
  if (skipped.length > 20) console.log(`    … and ${skipped.length - 20} more`);
}
console.log(faults.length === 0 ? "\nAll green." : `\nNot green:\n${faults.map((fault) => `  ✘ ${fault}`).join("\n")}`);
const failedSpecs = report === undefined ? 1 : Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0);
const failedSteps = faults.filter((fault) => !fault.startsWith("specs")).length;
console.log(`${report?.numPassedTests ?? 0} passed, ${failedSpecs + failedSteps} failed, ${skipped.length} skipped`);
process.exitCode = faults.length === 0 ? 0 : 1;
