// Plain JavaScript, so that it runs on any Node ≥ 18: installs what is missing, then checks that `node` is one that
// runs our TypeScript directly. `--run` installs what running needs only, unless development tools are already there.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const nodeMajorMin = 24;
const runOnly = process.argv.includes("--run");
const stampFile = new URL("node_modules/.surefill-install", root);
const lockFile = new URL("package-lock.json", root);

/** What the last install by this script put there: "all", "run", or nothing that can be trusted. */
function installed() {
  if (!existsSync(stampFile) || statSync(stampFile).mtimeMs < statSync(lockFile).mtimeMs) return undefined;
  return readFileSync(stampFile, "utf8");
}

const state = installed();
if (state !== "all" && !(runOnly && state === "run")) {
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  // A tree that already holds development tools keeps them: `npm run demo` must not undo `npm test`.
  const omitDev = runOnly && !existsSync(new URL("node_modules/vitest", root));
  if (omitDev) args.push("--omit=dev");
  console.error(`Installing dependencies (npm ${args.join(" ")}) …`);
  const result = spawnSync("npm", args, {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error(
      "npm ci failed; its message is above. Check the network or the registry, then run the command again.",
    );
    process.exit(result.status ?? 1);
  }
  writeFileSync(stampFile, omitDev ? "run" : "all");
}

// `node` as npm scripts see it: node_modules/.bin first, where the pinned Node lives on the platforms that have one.
const version =
  spawnSync("node", ["-p", "process.versions.node"], { cwd: root, encoding: "utf8" }).stdout?.trim() ?? "";
if (!(Number(version.split(".")[0]) >= nodeMajorMin)) {
  const env = `${process.platform}-${process.arch}`;
  console.error(
    `Node ≥ ${nodeMajorMin} is needed to run, found ${version || "none"}; no pinned Node exists for ${env}.`,
  );
  console.error(`Install Node ${nodeMajorMin} (https://nodejs.org), put it on PATH and run the command again.`);
  process.exit(1);
}
