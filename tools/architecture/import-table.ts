/** Where a source file lives: the rows and columns of the import table. */
export type Layer =
  | "core"
  | "contracts"
  | "persistence"
  | "runtime"
  | "venue"
  | "testkit"
  | "stand"
  | "app"
  | "simulation"
  | "bench"
  | "tools";

interface Rule {
  /** Layers of ours it may import; its own package is always allowed, another of the same layer never. */
  readonly layers: readonly Layer[];
  /** npm packages it may import ("*": any that its package.json declares); Node's modules are "node:". */
  readonly packages: readonly string[] | "*";
}

/** Who may import what. Specs and testing folders may add vitest and fast-check anywhere. */
export const importTable: Readonly<Record<Layer, Rule>> = {
  // No I/O, no ambient time, randomness, process or fetch: pure libraries and the tracing API alone.
  core: { layers: [], packages: ["@opentelemetry/api", "@standard-schema/spec", "big.js"] },
  contracts: { layers: [], packages: ["@bufbuild/protobuf", "@bufbuild/protovalidate"] },
  persistence: { layers: ["core"], packages: ["better-sqlite3", "pg", "typeorm", "node:"] },
  runtime: { layers: ["core", "persistence"], packages: "*" },
  // Never another venue.
  venue: { layers: ["core"], packages: "*" },
  // Plain functions, so that the cards run outside vitest too.
  testkit: { layers: ["core"], packages: ["node:"] },
  // A stranger's system: it knows what is traded and how tests steer it, never the library that talks to it.
  stand: { layers: ["core", "testkit"], packages: "*" },
  // Venues only through the registry, which imports them by a name it does not know.
  app: { layers: ["core", "contracts", "persistence", "runtime", "app"], packages: "*" },
  // Real core and the real paper venue; whatever else a process has is replaced.
  simulation: { layers: ["core", "venue"], packages: ["@opentelemetry/api", "node:"] },
  bench: { layers: ["core", "contracts", "persistence", "runtime", "app", "tools"], packages: "*" },
  tools: { layers: ["core", "contracts", "persistence", "runtime", "app", "venue", "testkit", "stand"], packages: "*" },
};

/** Layers that specs may use beside their own row: a venue's spec talks to no database, but to its testkit. */
export const specLayers: Readonly<Partial<Record<Layer, readonly Layer[]>>> = {
  venue: ["testkit", "stand"],
  app: ["venue", "stand"],
};

/** The layer of a workspace package, by its folder. */
export function layerOf(folder: string): Layer | undefined {
  if (folder === "bench" || folder === "tools" || folder === "simulation") return folder;
  if (folder.startsWith("apps/")) return "app";
  if (folder.startsWith("stands/")) return "stand";
  if (/^libs\/venue-(?!testkit)/.test(folder)) return "venue";
  if (folder === "libs/venue-testkit") return "testkit";
  const library = folder.replace("libs/", "");
  return library === "core" || library === "contracts" || library === "persistence" || library === "runtime"
    ? library
    : undefined;
}
