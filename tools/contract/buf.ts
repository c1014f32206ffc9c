import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root, which buf.yaml and buf.gen.yaml count from. */
export const rootDir = fileURLToPath(new URL("../..", import.meta.url));

/** What a run of buf ended with; `output` is what it printed, empty where there is nothing to say. */
export interface BufResult {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs the installed buf with protoc-gen-es on its path. Needs no network: buf.yaml names no remote module. */
export function buf(...args: readonly string[]): BufResult {
  const binDir = join(rootDir, "node_modules", ".bin");
  const script = join(rootDir, "node_modules", "@bufbuild", "buf", "bin", "buf");
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: rootDir,
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, PATH: `${binDir}${delimiter}${process.env.PATH ?? ""}` },
  });
  return { ok: status === 0, output: [stdout, stderr, error?.message].filter(Boolean).join("\n").trim() };
}
