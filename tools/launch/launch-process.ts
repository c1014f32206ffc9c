import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");
const startMsMax = 30_000;
const stopMsMax = 20_000;

/** One process of the service, or one that serves it. */
export interface LaunchOptions {
  /** Its log's file name in `folder`. */
  readonly name: string;
  /** An existing folder. */
  readonly folder: string;
  /** A TypeScript file, by its path from the project's root, and the arguments for it. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** What the line on standard output holds that says it is up. */
  readonly readyText: string;
  /** With a channel for messages between the two processes. */
  readonly ipc?: boolean;
  /** Hears of the process before it is up. */
  readonly onSpawned?: (process: ChildProcess) => void;
}

/** A process that is up, and the line that said so. */
export interface LaunchedProcess {
  readonly process: ChildProcess;
  readonly readyLine: string;
}

/** Starts a process and resolves once it says it is up. @throws Error naming its log where it does not; it is dead then. */
export async function launchProcess(options: LaunchOptions): Promise<LaunchedProcess> {
  const { name, folder, command, env = {}, readyText, ipc = false } = options;
  const [main, ...args] = command;
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, [join(root, main), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", log, ...(ipc ? (["ipc"] as const) : [])],
  });
  closeSync(log);
  options.onSpawned?.(child);
  try {
    return { process: child, readyLine: await firstLineWith(child, readyText) };
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${name} did not start: ${error instanceof Error ? error.message : error}; its log is ${logFile}`);
  }
}

async function firstLineWith(child: ChildProcess, part: string): Promise<string> {
  const { promise, resolve: found, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error(`not up within ${startMsMax} ms`)), startMsMax);
  const onExit = (code: number | null, signal: string | null) => reject(new Error(`it ended with ${signal ?? code}`));
  child.once("exit", onExit);
  child.once("error", reject);
  if (child.stdout === null) throw new Error("it has no standard output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.includes(part)) found(line);
  });
  return promise.finally(() => {
    clearTimeout(timer);
    child.off("exit", onExit);
  });
}

/** SIGTERM, and SIGKILL for one that does not end. @throws Error for a process that ends with another code than 0. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
  const [code, signal] = await exited;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`a process did not stop cleanly: ${signal ?? code}`);
}

/** Ends a process as a power cut would, and resolves when it is gone. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
