import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { type NewVenueOptions, newVenueOptions, usage } from "./options.ts";
import { writeVenue } from "./write-venue.ts";

const root = resolve(import.meta.dirname, "../..");

/** `npm run new-venue`: writes a library; the one central thing that it touches is the lockfile's workspace entry. */
function main(options: NewVenueOptions): number {
  const folder = writeVenue(options);
  // How lines break depends on the name's length.
  const biome = join(root, "node_modules/.bin/biome");
  // Outside, it does not see the package.json that a dependency is declared in.
  const args = [
    "check",
    "--write",
    "--skip=lint/correctness/noUndeclaredDependencies",
    `--config-path=${root}`,
    folder,
  ];
  const formatted = spawnSync(biome, args, { stdio: "pipe" });
  if (formatted.status !== 0) process.stderr.write(`${formatted.stderr}`);
  process.stdout.write(`${folder} is written.\n`);
  if (options.out !== undefined) {
    process.stdout.write(
      `Go there, run npm install --ignore-scripts --install-links=false, and go on with ${root}/docs/add-a-venue.md\n`,
    );
    return 0;
  }
  const locked = spawnSync("npm", ["run", "--silent", "lock"], { cwd: root, stdio: "inherit" });
  process.stdout.write(
    `It fails every card yet: npm run conformance -- ${options.name}. Go on with docs/add-a-venue.md\n`,
  );
  return locked.status ?? 1;
}

try {
  const options = newVenueOptions(process.argv.slice(2));
  if (options === "help") process.stdout.write(usage);
  else process.exitCode = main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 1;
}
