import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { recordedData, recordedJsonTrades, recordedQuotes, recordedTrades } from "../../testing/recorded-data.ts";
import { temporaryFile } from "../../testing/temporary-file.ts";
import { readTape } from "./read-tape.ts";

const quotesHeader = "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount";
const tradesHeader = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount";
const quote = "x,BTCUSDT,1582329601096000,1582329603502092,0.84,9682,9681.92,0.67";
const trade = "x,BTCUSDT,1582329602111000,1582329602418379,42377944,buy,9682,0.132";
const jsonTrade = '[1570752011620,"13519807",null,"sell",0.00141342,23.0,0.03250866]';

describe("a tape is told by its content", () => {
  test.each([
    // given, when (content), so (bid, bid amount, ask, ask amount)
    ["quotes", [quotesHeader, quote].join("\n"), ["9681.92", "0.67", "9682", "0.84"]],
    [
      "quotes with line ends of Windows and at the end",
      `${[quotesHeader, quote].join("\r\n")}\r\n`,
      ["9681.92", "0.67", "9682", "0.84"],
    ],
    [
      "quotes with other columns between",
      "bid_price,ask_price,z,bid_amount,ask_amount,symbol,timestamp\n1,2,,3,4,A,5",
      ["1", "3", "2", "4"],
    ],
    ["trades: bid and ask are the trade's price", [tradesHeader, trade].join("\n"), ["9682", "0.132", "9682", "0.132"]],
    ["trades as JSON", `[${jsonTrade}]`, ["0.00141342", "23", "0.00141342", "23"]],
    ["trades as JSON, gzipped", gzipSync(`[${jsonTrade}]`), ["0.00141342", "23", "0.00141342", "23"]],
    ["quotes, gzipped", gzipSync([quotesHeader, quote].join("\n")), ["9681.92", "0.67", "9682", "0.84"]],
    [
      "JSON numbers as they are written, not as floats",
      '[[1,"",null,"",0.10000000000000000001,1.5e-7,0]]',
      ["0.10000000000000000001", "0.00000015", "0.10000000000000000001", "0.00000015"],
    ],
  ])("%s", (_given, content, so) => {
    const [row, ...others] = readTape(temporaryFile("tape", content));
    expect([row?.bid, row?.bidAmount, row?.ask, row?.askAmount]).toEqual(so);
    expect(others).toEqual([]);
  });

  test("times are microseconds, and a late message counts as coming now", () => {
    const late = quote.replace("1582329601096000", "1582329601095000");
    const csv = readTape(temporaryFile("tape", [quotesHeader, quote, late].join("\n")));
    const json = readTape(temporaryFile("tape", `[${jsonTrade}]`));
    expect(csv.map(({ at }) => at)).toEqual([1_582_329_601_096_000, 1_582_329_601_096_000]);
    expect(json.map(({ at }) => at)).toEqual([1_570_752_011_620_000]);
  });
});

describe("a tape that is wrong is refused, naming file and line", () => {
  const third = (field: string, value: string) => {
    const index = quotesHeader.split(",").indexOf(field);
    return [quotesHeader, quote, quote.split(",").with(index, value).join(",")].join("\n");
  };
  test.each([
    // given, when (content), so
    ["an empty file", "", /tape:1: the header/],
    ["another header", "time,open,high,low,close\n", /tape:1: the header/],
    ["no rows", quotesHeader, /no rows/],
    ["a price that is none", third("ask_price", "n/a"), /tape:3: ask_price is "n\/a"/],
    ["a price of zero", third("bid_price", "0"), /tape:3: bid_price/],
    ["a price with an exponent", third("bid_price", "1e3"), /tape:3: bid_price/],
    ["a negative amount", third("bid_amount", "-1"), /tape:3: bid_amount/],
    ["an amount that is missing", third("ask_amount", ""), /tape:3: ask_amount/],
    ["a time that is none", third("timestamp", "2020-02-22"), /tape:3: timestamp/],
    ["a bid above the ask", third("bid_price", "9682.01"), /tape:3: bid_price 9682.01 is above/],
    ["another symbol", third("symbol", "ETHUSDT"), /tape:3: symbol ETHUSDT/],
    ["a line cut short", `${quotesHeader}\n${quote}\n${quote.slice(0, 30)}`, /tape:3: 4 fields/],
    ["an empty line in between", `${quotesHeader}\n\n${quote}`, /tape:2: 1 fields/],
    ["JSON cut short", `[${jsonTrade},`, /tape: not JSON/],
    [
      "a trade with a price that is none",
      `[${jsonTrade},${jsonTrade.replace("0.00141342", '"x"')}]`,
      /tape:2: element 4: x is not/,
    ],
    ["a trade with a field too few", "[[1,2]]", /tape:1: element/],
    ["no array of trades", '[{"a":1}]', /tape:1: element \(all\)/],
  ])("%s", (_given, content, so) => {
    expect(() => readTape(temporaryFile("tape", content))).toThrow(so);
  });

  test("a file that is not there", () => {
    expect(() => readTape("/nowhere/tape.csv")).toThrow(/\/nowhere\/tape.csv: it can't be read/);
  });
});

describe("the recorded tapes", () => {
  test.for([
    [recordedQuotes, 9_999, "9681.92", "9682"],
    [recordedTrades, 9_999, "9682", "9682"],
    [recordedJsonTrades, 12_477, "0.00141342", "0.00141342"],
  ] as const)("%s", ([path, rows, bid, ask], context) => {
    const tape = readTape(recordedData(path, context));
    expect(tape).toHaveLength(rows);
    expect(tape[0]).toMatchObject({ bid, ask });
  });
});
