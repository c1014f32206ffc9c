import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { EventLog } from "./event-log.ts";
import { type ExchangeEvent, exchangeEventSchema } from "./exchange-event.ts";

/** What nobody counts need not wait for the disk: it is written, and survives the process. */
const unhurried: ReadonlySet<ExchangeEvent["type"]> = new Set(["MARKET_SET", "REQUEST_RECEIVED", "ORDER_REFUSED"]);

/** An append-only file, one event a line; fsynced before anybody hears of an order's event. One process writes to it. */
export class FileEventLog implements EventLog {
  readonly #file: string;
  readonly #descriptor: number;

  private constructor(file: string, descriptor: number) {
    this.#file = file;
    this.#descriptor = descriptor;
  }

  /** Opens the file for more, making it where it is not there and cutting off a line that a dying process tore. */
  static open(file: string): FileEventLog {
    mkdirSync(dirname(file), { recursive: true });
    const descriptor = openSync(file, "a+");
    const bytes = readFileSync(file);
    ftruncateSync(descriptor, bytes.lastIndexOf(0x0a) + 1);
    return new FileEventLog(file, descriptor);
  }

  append(events: readonly ExchangeEvent[]): void {
    const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    const written = writeSync(this.#descriptor, lines);
    // The torn line is cut off when the log is opened again.
    if (written !== lines.length) throw new Error(`only ${written} of ${lines.length} bytes were written`);
    if (events.some(({ type }) => !unhurried.has(type))) fsyncSync(this.#descriptor);
  }

  read(): readonly ExchangeEvent[] {
    return readEventLog(this.#file);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/**
 * Everything that an exchange did, from its log: none where there is no file yet. A last line without its end is left
 * out.
 * @throws Error naming file and line of what is no event.
 */
export function readEventLog(file: string): readonly ExchangeEvent[] {
  const lines = textOf(file).split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const parsed = exchangeEventSchema.safeParse(jsonOf(line));
    if (parsed.success) return parsed.data;
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
    throw new Error(`${file}:${index + 1}: not an event of an exchange: ${issues}`);
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
