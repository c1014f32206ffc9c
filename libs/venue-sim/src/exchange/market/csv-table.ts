import { tapeFault } from "./tape-fault.ts";

/** One line of a CSV file, its fields by the header's names. */
export interface CsvLine {
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** The column names of a CSV file. */
export function csvHeader(text: string): readonly string[] {
  return splitLine(text.slice(0, lineEnd(text, 0)));
}

/** The lines below the header; fields are plain, for recorded prices hold no quotes. @throws for a ragged line. */
export function* csvLines(file: string, text: string): Generator<CsvLine, void, undefined> {
  const header = csvHeader(text);
  let from = lineEnd(text, 0) + 1;
  for (let line = 2; from < text.length; line += 1) {
    const end = lineEnd(text, from);
    const values = splitLine(text.slice(from, end));
    if (values.length !== header.length) {
      throw tapeFault(
        file,
        line,
        `${values.length} fields where the header has ${header.length}; mend or remove the line`,
      );
    }
    yield { line, fields: Object.fromEntries(header.map((name, index) => [name, values[index] ?? ""])) };
    from = end + 1;
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function splitLine(line: string): string[] {
  return (line.endsWith("\r") ? line.slice(0, -1) : line).split(",");
}
