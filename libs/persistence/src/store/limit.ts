const rowsMax = 1_000;

/** @throws RangeError unless `rows` can be read in one call: 1 to 1,000. */
export function checkLimit(rows: number): void {
  if (!Number.isInteger(rows) || rows < 1 || rows > rowsMax) throw new RangeError(`${rows} rows in one call`);
}
