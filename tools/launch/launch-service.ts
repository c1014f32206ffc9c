import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");
const serverMain = join(root, "apps/executor-server/src/main.ts");
const trackerMain = join(root, "apps/tracker/src/main.ts");
const startMsMax = 30_000;
const stopMsMax = 20_000;

/** The service as its operator runs it: real processes, their logs in files of `folder`. */
export interface LaunchedService {
  /** Where it listens. */
  readonly url: string;
  /** The server first; a tracker of its own second, where there is one. */
  readonly processes: readonly ChildProcess[];
  /** SIGTERM to each, in turn. @throws Error for a process that ends with another code than 0 or does not end. */
  readonly stop: () => Promise<void>;
}

export interface LaunchOptions {
  /** An existing folder for configuration and logs. */
  readonly folder: string;
  /** As a configuration file holds it; the port is chosen by the system. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Server and tracker apart, as two processes, or in one. */
  readonly apart: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the service and resolves once it listens. @throws Error with the end of its log where it does not. */
export async function launchService({ folder, config, apart, env = {} }: LaunchOptions): Promise<LaunchedService> {
  const configFile = join(folder, "surefill.json");
  await writeFile(configFile, JSON.stringify({ ...config, server: { port: 0 } }, null, 2));
  const environment = {
    ...process.env,
    ...env,
    SUREFILL_CONFIG: configFile,
    SUREFILL_PORT: "",
    SUREFILL_POSTGRES_URL: "",
  };
  const server = start("server", apart ? [serverMain] : [serverMain, "--with-tracker"]);
  const url = await listening(server);
  const tracker = apart ? start("tracker", [trackerMain]) : undefined;
  if (tracker !== undefined) await firstLine(tracker, "tracks the orders");
  const processes = [server, ...(tracker === undefined ? [] : [tracker])];
  return {
    url,
    processes,
    stop: async () => {
      for (const one of processes) await stopProcess(one);
    },
  };

  function start(name: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(folder, `${name}.log`), "a");
    return spawn(process.execPath, args, { cwd: root, env: environment, stdio: ["ignore", "pipe", log] });
  }

  async function listening(child: ChildProcess): Promise<string> {
    const line = await firstLine(child, "listens on");
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url === undefined) throw new Error(`the server does not say where it listens: ${line}`);
    return url;
  }

  async function firstLine(child: ChildProcess, part: string): Promise<string> {
    const { promise, resolve: found, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(
      () => reject(new Error(`no start within ${startMsMax} ms; logs are in ${folder}`)),
      startMsMax,
    );
    child.once("exit", (code) => reject(new Error(`it ended with ${code} while starting; logs are in ${folder}`)));
    if (child.stdout === null) throw new Error("the process has no standard output");
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes(part)) found(line);
    });
    return promise.finally(() => clearTimeout(timer));
  }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
  const [code, signal] = await exited;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`a process did not stop cleanly: ${signal ?? code}`);
}
