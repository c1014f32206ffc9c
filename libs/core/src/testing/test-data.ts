import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const repositoryDir = resolve(import.meta.dirname, "../../../..");

/**
 * The path of recorded data, such as "market-data/quotes.csv", or undefined where it is not there. The data lies in the
 * folder that SUREFILL_TEST_DATA names, by default next to the repository; it is not part of it.
 */
export function testData(path: string): string | undefined {
  const file = join(resolve(repositoryDir, process.env.SUREFILL_TEST_DATA ?? "../shared"), path);
  return existsSync(file) ? file : undefined;
}
