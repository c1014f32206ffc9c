import { createReadStream } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { SurefillError } from "@surefill/core";
import { type ExchangeEvent, exchangeEventSchema } from "./exchange-event.ts";

const lineLengthMax = 64 * 1024;

/**
 * Everything an exchange did, event by event, from its log; memory is bounded whatever the file's length. A last line
 * without its end is one that a dying process tore, or one being written, and is left out.
 * @throws SurefillError INTERNAL naming file and line of what is no event, or for a file that can't be read.
 */
export async function* readExchangeLog(file: string): AsyncGenerator<ExchangeEvent, void, undefined> {
  let line = 0;
  for await (const text of wholeLines(file)) {
    line += 1;
    yield eventOf(text, file, line);
  }
}

async function* wholeLines(file: string): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of bytesOf(file)) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > lineLengthMax) throw fault(`${file}: a line of more than ${lineLengthMax} characters`);
    yield* lines;
  }
}

async function* bytesOf(file: string): AsyncGenerator<Buffer, void, undefined> {
  const stream = createReadStream(file);
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw fault(`the exchange's log ${file} can't be read`, error);
  } finally {
    stream.destroy();
  }
}

function eventOf(text: string, file: string, line: number): ExchangeEvent {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fault(`${file}:${line}: not JSON; the log is damaged`, error);
  }
  const parsed = exchangeEventSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw fault(`${file}:${line}: not an event of an exchange: ${issues}`);
}

function fault(text: string, cause?: unknown): SurefillError {
  return new SurefillError("INTERNAL", text, { cause });
}
