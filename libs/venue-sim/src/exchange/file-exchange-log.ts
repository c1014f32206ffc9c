import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { ExchangeEvent } from "./exchange-event.ts";
import type { ExchangeLog } from "./exchange-log.ts";

/**
 * An append-only file, one event a line, one write an event: what is written survives the death of the process, not
 * that of the machine. One process writes to it at a time;
 * one that finds that another does stops.
 */
export class FileExchangeLog implements ExchangeLog {
  readonly #descriptor: number;
  #length: number;

  private constructor(descriptor: number, length: number) {
    this.#descriptor = descriptor;
    this.#length = length;
  }

  /** Opens the file for more, making it where it is not there and cutting off a line that a dying process tore. */
  static open(file: string): FileExchangeLog {
    mkdirSync(dirname(file), { recursive: true });
    const descriptor = openSync(file, "a+");
    const length = lengthOfWholeLines(descriptor);
    ftruncateSync(descriptor, length);
    return new FileExchangeLog(descriptor, length);
  }

  append(event: ExchangeEvent): void {
    if (fstatSync(this.#descriptor).size !== this.#length) throw new Error("another process writes to this log");
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const written = writeSync(this.#descriptor, line);
    // The torn line is cut off when the log is opened again.
    if (written !== line.length) throw new Error(`only ${written} of ${line.length} bytes were written`);
    this.#length += written;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

const blockBytes = 64 * 1024;
const newline = 0x0a;

/** The file's length up to its last line end. */
function lengthOfWholeLines(descriptor: number): number {
  const block = Buffer.alloc(blockBytes);
  for (let end = fstatSync(descriptor).size; end > 0; ) {
    const start = Math.max(0, end - blockBytes);
    const read = readSync(descriptor, block, 0, end - start, start);
    const lineEnd = block.subarray(0, read).lastIndexOf(newline);
    if (lineEnd >= 0) return start + lineEnd + 1;
    end = start;
  }
  return 0;
}
