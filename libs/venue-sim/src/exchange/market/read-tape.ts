import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readCsvTape } from "./read-csv-tape.ts";
import { readJsonTape } from "./read-json-tape.ts";
import { tapeFault } from "./tape-fault.ts";
import type { TapeRow } from "./tape-row.ts";

const bytesMax = 256 * 1024 * 1024;
const rowsMax = 2_000_000;

/**
 * The rows of a recorded market: quotes or trades as CSV, trades as JSON, either of them gzipped; the content tells.
 * @throws SurefillError CONFIG_INVALID naming the file, and the line where one is wrong.
 */
export function readTape(file: string): readonly TapeRow[] {
  const text = readText(file);
  const rows = text.trimStart().startsWith("[") ? readJsonTape(file, text) : readCsvTape(file, text);
  if (rows.length === 0) throw tapeFault(file, undefined, "it has no rows");
  if (rows.length > rowsMax) throw tapeFault(file, undefined, `it has more than ${rowsMax} rows; cut it`);
  return rows;
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > bytesMax) throw new RangeError(`it has ${size} bytes, more than ${bytesMax}; cut it`);
    const bytes = readFileSync(file);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isGzip ? gunzipSync(bytes, { maxOutputLength: bytesMax }) : bytes).toString("utf8");
  } catch (error) {
    throw tapeFault(file, undefined, `it can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
