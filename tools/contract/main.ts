// Checks the contract: npm run contract [-- --fix | -- --release [--accept-breaking]]. Ends with 0 if all is well.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BufResult, buf, rootDir } from "./buf.ts";
import { checkGenerated, writeGenerated } from "./generated.ts";
import { printValidateProto } from "./print-validate-proto.ts";
import { checkCompatible, hasReleased, writeReleased } from "./released.ts";

interface Check {
  readonly name: string;
  readonly run: () => BufResult;
  /** What `--fix` does before the check; absent where only a person can mend it. */
  readonly fix?: () => BufResult;
  readonly remedy: string;
}

const fixAll = "Run: npm run contract -- --fix";
const validateFile = join(rootDir, "proto", "buf", "validate", "validate.proto");

const upkeep: readonly Check[] = [
  {
    name: "proto/buf/validate/validate.proto is that of the installed @bufbuild/protovalidate",
    run: () => ({ ok: readFileSync(validateFile, "utf8") === printValidateProto(), output: "" }),
    fix: () => {
      writeFileSync(validateFile, printValidateProto());
      return { ok: true, output: "" };
    },
    remedy: fixAll,
  },
  {
    name: "the protos are formatted",
    run: () => buf("format", "proto", "--path", "proto/surefill", "--diff", "--exit-code"),
    fix: () => buf("format", "proto", "--path", "proto/surefill", "--write"),
    remedy: fixAll,
  },
  {
    name: "the protos keep buf's STANDARD and COMMENTS rules",
    run: () => buf("lint"),
    remedy: "Mend the protos as said above, then run: npm run contract",
  },
  {
    name: "libs/contracts/src/gen is what the protos generate",
    run: checkGenerated,
    fix: writeGenerated,
    remedy: fixAll,
  },
];

const released: Check = {
  name: "there is a release to stay compatible with (proto/released.binpb)",
  run: () => ({ ok: hasReleased(), output: "" }),
  remedy: "Run: npm run contract -- --release",
};

const compatible: Check = {
  name: "the protos break no caller of the last release (proto/released.binpb)",
  run: checkCompatible,
  remedy:
    "Take the change back: add fields, reserve removed ones, never renumber. If nobody can be using the old contract, " +
    "run: npm run contract -- --release --accept-breaking",
};

const release: Check = {
  name: "proto/released.binpb is written; commit it",
  run: writeReleased,
  remedy: "See buf's message above.",
};

const { values: options } = parseArgs({
  options: {
    fix: { type: "boolean", default: false },
    release: { type: "boolean", default: false },
    "accept-breaking": { type: "boolean", default: false },
  },
});

const comparisons = hasReleased() ? [compatible] : [released];
const releases = hasReleased() && !options["accept-breaking"] ? [compatible, release] : [release];
let failed = false;
for (const check of [...upkeep, ...(options.release ? releases : comparisons)]) {
  // A release of protos that fail a check would make the fault permanent.
  if (failed && check === release) break;
  if (!passes(check)) failed = true;
}
process.exitCode = failed ? 1 : 0;

function passes({ name, run, fix, remedy }: Check): boolean {
  const fixed = options.fix ? fix?.() : undefined;
  const { ok, output } = fixed?.ok === false ? fixed : run();
  console.log(`${ok ? "ok  " : "FAIL"} ${name}`);
  if (!ok) console.log(`${output ? `${output}\n` : ""}     ${remedy}`);
  return ok;
}
