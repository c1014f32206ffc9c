import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { NewVenueOptions } from "./options.ts";

const root = resolve(import.meta.dirname, "../..");
const template = join(import.meta.dirname, "template");
const suffix = ".template";

/** Writes a venue library from the template. @returns its folder. @throws Error where there is something already. */
export function writeVenue({ name, out }: NewVenueOptions): string {
  const folder = out ?? join(root, "libs", `venue-${name}`);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  const files = new Map([...templateFiles(name), ...packageFiles(name, out)]);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** The template's files, with the name put in. */
function templateFiles(name: string): readonly (readonly [string, string])[] {
  const words = name.split("-");
  const pascal = words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`).join("");
  const camel = `${pascal[0]?.toLowerCase()}${pascal.slice(1)}`;
  const values: Readonly<Record<string, string>> = { name, Name: pascal, camel, title: `venue-${name}` };
  const files = readdirSync(template, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(suffix));
  return files.map((file) => {
    const text = readFileSync(join(template, file), "utf8");
    const filled = text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? "");
    return [file.slice(0, -suffix.length), filled] as const;
  });
}

/** package.json; outside the repository it points to the packages here, and brings what npm scripts need. */
function packageFiles(name: string, out: string | undefined): readonly (readonly [string, string])[] {
  const isOutside = out !== undefined;
  const ours = (library: string) =>
    isOutside ? `file:${relative(out, join(root, "libs", library)).replaceAll("\\", "/")}` : "0.1.0";
  const versions: Readonly<Record<string, string>> = {
    ...packageJson("package.json").devDependencies,
    ...packageJson("libs/venue-sim/package.json").dependencies,
  };
  const from = (...names: readonly string[]) => Object.fromEntries(names.map((each) => [each, versions[each] ?? "*"]));
  const manifest = {
    name: isOutside ? `surefill-venue-${name}` : `@surefill/venue-${name}`,
    ...{ version: "0.1.0", private: true, license: "Apache-2.0", type: "module" },
    // Node 24 runs TypeScript as it is.
    ...(isOutside ? { engines: { node: ">=24" } } : {}),
    exports: { ".": "./src/index.ts", "./conformance": "./src/testing/conformance.ts" },
    scripts: isOutside
      ? { test: "vitest run", typecheck: "tsc -p tsconfig.json --noEmit" }
      : { test: `vitest run --root ../.. libs/venue-${name}` },
    dependencies: { "@surefill/core": ours("core"), ...from("zod") },
    devDependencies: {
      "@surefill/venue-testkit": ours("venue-testkit"),
      ...(isOutside ? from("@types/node", "typescript", "vitest") : {}),
    },
  };
  const files: [string, string][] = [["package.json", `${JSON.stringify(manifest, null, 2)}\n`]];
  if (isOutside) {
    const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.base.json"), "utf8"));
    const tsconfig = { compilerOptions: { ...compilerOptions, noEmit: true }, include: ["src"] };
    files.push(["tsconfig.json", `${JSON.stringify(tsconfig, null, 2)}\n`]);
  }
  return files;
}

function packageJson(file: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return JSON.parse(readFileSync(join(root, file), "utf8"));
}
