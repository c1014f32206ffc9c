import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newVenueOptions } from "./options.ts";

const root = resolve(import.meta.dirname, "../..");
const bin = join(root, "node_modules/.bin");
const patience = { timeout: 600_000 };

function run(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", cwd: root });
  return { status, stdout, stderr };
}

/** The files that docs/add-a-venue.md has its reader write. */
function filesOfThePage(): readonly (readonly [string, string])[] {
  const page = readFileSync(join(root, "docs/add-a-venue.md"), "utf8");
  return [...page.matchAll(/<!-- file: (\S+) -->\n```ts\n([\s\S]*?)```\n/g)].map(([, file = "", text = ""]) => [
    file,
    text,
  ]);
}

describe("a new venue, as somebody makes it who follows docs/add-a-venue.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "surefill-new-venue-"));
  const library = join(folder, "venue-toy");
  // Outside the repository biome does not see the package.json that a dependency is declared in.
  const skipped = "--skip=lint/correctness/noUndeclaredDependencies";
  const soundness = () => [
    run(join(bin, "tsc"), "-p", join(library, "tsconfig.json"), "--noEmit"),
    run(join(bin, "biome"), "check", "--error-on-warnings", skipped, `--config-path=${root}`, library),
  ];
  const green = [
    { status: 0, stdout: "" },
    { status: 0, stdout: expect.any(String) },
  ];

  beforeAll(() => {
    // Stands for npm install, which would link to the same packages.
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    expect(run("node", join(root, "tools/new-venue/main.ts"), "toy", "--out", library)).toMatchObject({ status: 0 });
  }, patience.timeout);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("given the command alone, so what it wrote type-checks and is formatted", patience, () => {
    expect(soundness()).toMatchObject(green);
  });

  it("given the command alone, so every card fails, and says what to write", patience, () => {
    const { status, stdout } = run(
      "node",
      join(root, "tools/conformance/main.ts"),
      library,
      "--json",
      "--only",
      "V-101",
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 0,
      failed: 1,
      failures: [{ happened: expect.stringContaining("stand.ts") }],
    });
  });

  it("given the command again, so nothing is overwritten", patience, () => {
    expect(run("node", join(root, "tools/new-venue/main.ts"), "toy", "--out", library)).toMatchObject({ status: 1 });
  });

  it("given the page's files, so it type-checks still, and passes its cards, outside this repository", patience, () => {
    const files = filesOfThePage();
    expect(files.map(([file]) => file)).toEqual(["src/testing/stand.ts", "src/testing/conformance.ts"]);
    for (const [file, text] of files) writeFileSync(join(library, file), text);
    const { status, stdout } = run("node", join(root, "tools/conformance/main.ts"), library, "--json");
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ venue: "toy", failed: 0, failures: [] });
    expect(summary.passed).toBeGreaterThanOrEqual(160);
    expect(new Set(summary.skips.map(({ reason }: { reason: string }) => reason))).toEqual(
      new Set(["streams are not claimed"]),
    );
    expect(status).toBe(0);
    const written = files.map(([, text]) => text.split("\n").length);
    expect(written.reduce((sum, lines) => sum + lines, 0)).toBeLessThanOrEqual(400);
    expect(soundness()).toMatchObject(green);
  });
});

describe("the command's options", () => {
  it.each(["Kraken", "1kraken", "kraken_2", "../kraken", "kraken-", "testkit", ""])(
    "given the name %j, so it is refused",
    (name) => {
      expect(() => newVenueOptions([name])).toThrow(/give a name/);
    },
  );

  it("given a name, so it is for this repository; given a folder too, so it is for there", () => {
    expect(newVenueOptions(["kraken"])).toEqual({ name: "kraken" });
    expect(newVenueOptions(["okx-eu", "--out", "/tmp/x"])).toEqual({ name: "okx-eu", out: "/tmp/x" });
  });
});
