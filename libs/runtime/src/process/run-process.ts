import { SurefillError } from "@surefill/core";

/** A running service of a process. */
export interface Service {
  /** Stops it; to be called once. */
  readonly stop: () => Promise<void>;
}

/** After this, a stop that hangs is cut off: what is acknowledged is durable, so nothing is lost by it. */
const stopMsMax = 30_000;

/**
 * Runs a service until SIGINT or SIGTERM, then stops it; a second signal ends the process at once. A start that fails
 * prints why and ends with 1. Call it last: it keeps the process until then.
 */
export async function runProcess(start: () => Promise<Service>): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches npm and us, and npm passes its own on: the same wish twice within a moment.
      if (stopping !== undefined && performance.now() - stopping > 500) process.exit(130);
      stopping ??= performance.now();
      stopped.resolve();
    });
  }
  let stopping: number | undefined;
  try {
    const service = await start();
    await stopped.promise;
    setTimeout(() => {
      process.stderr.write(`the stop took more than ${stopMsMax} ms: exiting\n`);
      process.exit(1);
    }, stopMsMax).unref();
    await service.stop();
  } catch (thrown) {
    // A refused start is for the person at the terminal: the reason, and a stack only where it is our bug.
    const error = SurefillError.from(thrown);
    const text = error.code === "INTERNAL" ? describe(thrown) : error.message;
    process.stderr.write(`${text}\n`);
    process.exitCode = 1;
  }
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
