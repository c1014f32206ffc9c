import { compare, type Price, parsePrice, parseQuantity, type Quantity, type WallTime, wallTime } from "@surefill/core";
import { type CsvLine, csvHeader, csvLines } from "./csv-table.ts";
import { tapeFault } from "./tape-fault.ts";
import type { TapeRow } from "./tape-row.ts";

interface CsvFormat {
  /** The columns that are read; a file with all of them is of this format. */
  readonly columns: readonly string[];
  readonly row: (reader: FieldReader) => Omit<TapeRow, "at">;
}

const formats: readonly CsvFormat[] = [
  {
    columns: ["symbol", "timestamp", "ask_amount", "ask_price", "bid_price", "bid_amount"],
    row: (read) => {
      const bid = read.price("bid_price");
      const ask = read.price("ask_price");
      if (compare(bid, ask) > 0) throw read.fault(`bid_price ${bid} is above ask_price ${ask}`);
      return { bid, ask, bidAmount: read.quantity("bid_amount"), askAmount: read.quantity("ask_amount") };
    },
  },
  {
    columns: ["symbol", "timestamp", "id", "side", "price", "amount"],
    row: (read) => {
      const price = read.price("price");
      const amount = read.quantity("amount");
      return { bid: price, ask: price, bidAmount: amount, askAmount: amount };
    },
  },
];

/**
 * Quotes or trades as CSV with a header, timestamps in microseconds; the columns tell which. At a trade's row both bid
 * and ask are its price. One file holds one symbol.
 * @throws SurefillError CONFIG_INVALID naming file and line of the first row that is wrong.
 */
export function readCsvTape(file: string, text: string): readonly TapeRow[] {
  const header = csvHeader(text);
  const format = formats.find(({ columns }) => columns.every((column) => header.includes(column)));
  if (format === undefined) {
    const known = formats.map(({ columns }) => columns.join(", ")).join("; or ");
    throw tapeFault(file, 1, `the header has neither all columns of quotes nor of trades: ${known}`);
  }
  const rows: TapeRow[] = [];
  let symbol: string | undefined;
  for (const line of csvLines(file, text)) {
    const read = new FieldReader(file, line);
    symbol ??= read.text("symbol");
    if (read.text("symbol") !== symbol) throw read.fault(`symbol ${read.text("symbol")} in a tape of ${symbol}`);
    // A message that came late counts as coming now: a tape never runs backwards.
    const before = rows.at(-1)?.at ?? 0;
    const at = wallTime(Math.max(before, read.time("timestamp")));
    rows.push({ at, ...format.row(read) });
  }
  return rows;
}

/** Reads the fields of one line, naming the line if one is wrong. */
class FieldReader {
  readonly #file: string;
  readonly #line: CsvLine;

  constructor(file: string, line: CsvLine) {
    this.#file = file;
    this.#line = line;
  }

  text(column: string): string {
    return this.#line.fields[column] ?? "";
  }

  price(column: string): Price {
    return parsePrice(this.text(column)) ?? this.#wrong(column, "a price: a plain decimal above zero");
  }

  quantity(column: string): Quantity {
    return parseQuantity(this.text(column)) ?? this.#wrong(column, "a quantity: a plain decimal of zero or more");
  }

  time(column: string): WallTime {
    return /^\d{1,16}$/.test(this.text(column))
      ? wallTime(Number(this.text(column)))
      : this.#wrong(column, "a time in microseconds");
  }

  fault(text: string) {
    return tapeFault(this.#file, this.#line.line, `${text}; mend or remove the line`);
  }

  #wrong(column: string, wanted: string): never {
    throw this.fault(`${column} is ${JSON.stringify(this.text(column).slice(0, 40))}, not ${wanted}`);
  }
}
