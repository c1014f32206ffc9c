import { SurefillError } from "@surefill/core";

/** A tape that can't be used; `line` counts as an editor does, from 1 with the header (JSON: the trade's place, from 1). */
export function tapeFault(file: string, line: number | undefined, text: string): SurefillError {
  const place = line === undefined ? file : `${file}:${line}`;
  const context = { file, ...(line === undefined ? {} : { line: String(line) }) };
  return new SurefillError("CONFIG_INVALID", `tape ${place}: ${text}`, { context });
}
