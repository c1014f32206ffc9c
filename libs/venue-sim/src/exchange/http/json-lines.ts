import type { Clock } from "@surefill/core";
import { ConnectionError } from "../connection-error.ts";

const lineLengthMax = 256 * 1024;

/** When a stream counts as broken, and how it is left then. */
export interface SilenceOptions {
  readonly clock: Clock;
  readonly silenceMsMax: number;
  /** Must make the stream end or throw. */
  readonly breakOff: () => void;
}

/** The lines of a stream, the empty ones left out. @throws ConnectionError for a line too long or a silence too long. */
export async function* jsonLines(
  stream: ReadableStream<Uint8Array>,
  { clock, silenceMsMax, breakOff }: SilenceOptions,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const done = new AbortController();
  let heardMs = clock.monotonicMs();
  let isSilent = false;
  const watching = (async () => {
    while (!done.signal.aborted && !isSilent) {
      await clock.sleep(silenceMsMax, done.signal);
      if (done.signal.aborted || clock.monotonicMs() - heardMs < silenceMsMax) continue;
      isSilent = true;
      breakOff();
    }
  })();
  let rest = "";
  try {
    for await (const chunk of stream) {
      heardMs = clock.monotonicMs();
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > lineLengthMax) throw new ConnectionError("MAYBE", `a line of more than ${lineLengthMax}`);
      for (const line of lines) if (line !== "") yield line;
    }
  } catch (error) {
    if (isSilent) throw new ConnectionError("MAYBE", `no sign of life for ${silenceMsMax} ms`, { cause: error });
    throw error;
  } finally {
    done.abort();
    await watching;
  }
}
