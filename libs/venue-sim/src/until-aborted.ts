import { ConnectionError } from "./exchange/connection-error.ts";

/** The answer, or ConnectionError once `signal` aborts: nobody waits longer, whatever becomes of the request. */
export async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = () => {};
  const abandoned = new Promise<never>((_, reject) => {
    giveUp = () => reject(new ConnectionError("MAYBE", "the call was given up before its answer came"));
  });
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([answer, abandoned]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
