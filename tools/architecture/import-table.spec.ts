import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { importTable, type Layer, layerOf, specLayers } from "./import-table.ts";
import { sourceImports } from "./source-imports.ts";

const root = resolve(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.mts"], {
  cwd: root,
  encoding: "utf8",
}).split("\n");

interface Workspace {
  readonly folder: string;
  readonly name: string;
  readonly layer: Layer;
  readonly declared: ReadonlySet<string>;
}

const workspaces: readonly Workspace[] = [...new Set(files.map(folderOf))].flatMap((folder) => {
  const layer = layerOf(folder);
  if (layer === undefined) return [];
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  return [{ folder, name: manifest.name, layer, declared }];
});

function folderOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return ["apps", "libs", "stands"].includes(first) ? `${first}/${second}` : first;
}

/** What is wrong with one import, or undefined. */
function violation(file: string, from: Workspace, specifier: string): string | undefined {
  const isSpec = /\.spec\.ts$|\/testing\//.test(file);
  const rule = importTable[from.layer];
  if (specifier.startsWith(".")) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    return folderOf(target) === from.folder ? undefined : `${file} escapes its package: ${specifier}`;
  }
  const packageName = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  const ours = workspaces.find((workspace) => workspace.name === packageName);
  if (ours !== undefined) {
    const layers: readonly Layer[] = [...rule.layers, ...(isSpec ? (specLayers[from.layer] ?? []) : [])];
    const allowed = ours.folder === from.folder || (layers.includes(ours.layer) && from.declared.has(packageName));
    return allowed ? undefined : `${file} (${from.layer}) may not import ${specifier} (${ours.layer})`;
  }
  if (isSpec && ["vitest", "fast-check"].includes(packageName)) return undefined;
  if (specifier.startsWith("node:")) {
    return isSpec || rule.packages === "*" || rule.packages.includes("node:")
      ? undefined
      : `${file} may not import ${specifier}`;
  }
  const allowed =
    (rule.packages === "*" || isSpec || rule.packages.includes(packageName)) && from.declared.has(packageName);
  return allowed ? undefined : `${file} may not import ${specifier}, or its package.json does not declare it`;
}

describe("the import graph, read from the sources", () => {
  it("holds every package of the workspace", () => {
    expect(workspaces.map(({ folder }) => folder).sort()).toEqual(
      expect.arrayContaining([
        "apps/executor-server",
        "apps/tracker",
        "bench",
        "libs/core",
        "libs/venue-sim",
        "simulation",
        "tools",
      ]),
    );
  });

  it.each(workspaces)("given $folder, when its imports are read, so all stand in the table", (workspace) => {
    const own = files.filter((file) => folderOf(file) === workspace.folder);
    const found = own.flatMap((file) => sourceImports(join(root, file)).map((specifier) => ({ file, specifier })));
    expect(found.length).toBeGreaterThan(0);
    expect(found.flatMap(({ file, specifier }) => violation(file, workspace, specifier) ?? [])).toEqual([]);
  });
});

describe("the table's judge", () => {
  const core = workspaces.find(({ folder }) => folder === "libs/core");
  const sim = workspaces.find(({ folder }) => folder === "libs/venue-sim");
  const server = workspaces.find(({ folder }) => folder === "apps/executor-server");
  it.each([
    { given: "core importing a store", file: "libs/core/src/a.ts", from: core, specifier: "@surefill/persistence" },
    { given: "core importing Node", file: "libs/core/src/a.ts", from: core, specifier: "node:fs" },
    {
      given: "core leaving its folder",
      file: "libs/core/src/a.ts",
      from: core,
      specifier: "../../venue-sim/src/index.ts",
    },
    { given: "core importing an npm package", file: "libs/core/src/a.ts", from: core, specifier: "pg" },
    {
      given: "an app importing a venue",
      file: "apps/executor-server/src/a.ts",
      from: server,
      specifier: "@surefill/venue-sim",
    },
    {
      given: "a venue importing a store",
      file: "libs/venue-sim/src/a.ts",
      from: sim,
      specifier: "@surefill/persistence",
    },
  ])("given $given, so it is a violation", ({ file, from, specifier }) => {
    expect(from && violation(file, from, specifier)).toEqual(expect.any(String));
  });
});

describe("inside core, data flows one way", () => {
  /** From the top floor down; a room imports from its own floor and those below. */
  const floors = ["execution", "tracking", "desk"];
  const floorOf = (file: string) => {
    const floor = floors.indexOf(file.replace("libs/core/src/", "").split("/")[0] ?? "");
    return floor === -1 ? floors.length : floor;
  };
  it("given its rooms, so execution stands on tracking, tracking on the desk, the desk on the rules, and nothing below knows what is above", () => {
    const own = files.filter(
      (file) => /^libs\/core\/src\/[^/]+\/.*\.ts$/.test(file) && !/\.spec\.ts$|\/testing\//.test(file),
    );
    const upwards = own.flatMap((file) =>
      sourceImports(join(root, file))
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => relative(root, resolve(root, dirname(file), specifier)))
        .filter((target) => floorOf(target) < floorOf(file))
        .map((target) => `${file} → ${target}`),
    );
    expect(own.length).toBeGreaterThan(40);
    expect(upwards).toEqual([]);
  });
});

describe("core takes nothing from its surroundings", () => {
  const ambient =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bset(Timeout|Interval|Immediate)\b|\brandomUUID\b|\bprocess\.|\bAbortSignal\.timeout\b|\bperformance\.now\b|(?<![.\w])fetch\(/;
  const sources = files.filter(
    (file) => /^libs\/core\/src\/.*\.ts$/.test(file) && !/\.spec\.ts$|\/testing\//.test(file),
  );
  it("given its sources, so none names a clock, a timer, randomness, the process or the network", () => {
    expect(sources.length).toBeGreaterThan(40);
    const code = (file: string) => readFileSync(join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    expect(sources.filter((file) => ambient.test(code(file)))).toEqual([]);
  });
});

describe("no drawers", () => {
  it("given the file names, so none is a drawer for things without a name", () => {
    const drawer = /(^|\/)(utils?|helpers?|types|common|misc|shared|interfaces)(\/|\.m?ts$)/;
    expect(files.filter((file) => !file.includes("/gen/") && drawer.test(file))).toEqual([]);
  });

  it("given the sources, so no module re-exports everything of another", () => {
    const starred = files.filter(
      (file) => file !== "" && !file.includes("/gen/") && /^export \* /m.test(readFileSync(join(root, file), "utf8")),
    );
    expect(starred).toEqual([]);
  });
});
