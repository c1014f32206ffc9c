import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "surefill-sim-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file that is gone after the test. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** A tape of quotes, each as "bid@bidAmount ask@askAmount", a second apart. */
export function quotesTape(...quotes: readonly string[]): string {
  const lines = quotes.map((quote, index) => {
    const [bid, bidAmount, ask, askAmount] = quote.split(/[@ ]/);
    const time = 1_600_000_000_000_000 + index * 1_000_000;
    return `x,BTCUSDT,${time},${time},${askAmount},${ask},${bid},${bidAmount}`;
  });
  const header = "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount";
  return temporaryFile("quotes.csv", [header, ...lines, ""].join("\n"));
}
