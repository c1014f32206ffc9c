import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchProcess, stopProcess } from "./launch-process.ts";

/** The service as its operator runs it: real processes, their logs in files of `folder`. */
export interface LaunchedService {
  /** Where it listens. */
  readonly url: string;
  /** The server first; a tracker of its own second, where there is one. */
  readonly processes: readonly ChildProcess[];
  /** SIGTERM to each, in turn. @throws Error for a process that ends with another code than 0 or does not end. */
  readonly stop: () => Promise<void>;
}

export interface ServiceOptions {
  /** An existing folder for configuration and logs. */
  readonly folder: string;
  /** As a configuration file holds it; the port is chosen by the system. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Server and tracker apart, as two processes, or in one. */
  readonly apart: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the service and resolves once it listens. @throws Error naming its log where it does not. */
export async function launchService({ folder, config, apart, env = {} }: ServiceOptions): Promise<LaunchedService> {
  const configFile = join(folder, "surefill.json");
  await writeFile(configFile, JSON.stringify({ ...config, server: { port: 0 } }, null, 2));
  const common = { folder, env: { ...env, ...onlyConfig(configFile) } };
  const server = await launchProcess({
    ...common,
    ...serverProcess,
    command: apart ? serverProcess.command : [...serverProcess.command, "--with-tracker"],
  });
  const url = listeningAt(server.readyLine);
  const processes = [server.process];
  if (apart) processes.push((await launchProcess({ ...common, ...trackerProcess })).process);
  return {
    url,
    processes,
    stop: async () => {
      for (const one of processes) await stopProcess(one);
    },
  };
}

/** How the server is started, and what it says then. */
export const serverProcess = {
  name: "server",
  command: ["apps/executor-server/src/main.ts"],
  readyText: "listens on",
} as const;

/** How a tracker of its own is started. */
export const trackerProcess = {
  name: "tracker",
  command: ["apps/tracker/src/main.ts"],
  readyText: "tracks the orders",
} as const;

/** The environment in which nothing but the file configures a process. */
export function onlyConfig(configFile: string): Record<string, string> {
  return { SUREFILL_CONFIG: configFile, SUREFILL_PORT: "", SUREFILL_POSTGRES_URL: "" };
}

function listeningAt(readyLine: string): string {
  const url = /listens on (\S+)/.exec(readyLine)?.[1];
  if (url === undefined) throw new Error(`the server does not say where it listens: ${readyLine}`);
  return url;
}
