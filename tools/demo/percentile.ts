/** The value that a share `p` of `sorted` (ascending) does not exceed, by nearest rank; NaN of nothing. */
export function percentile(sorted: readonly number[], p: number): number {
  const rank = Math.max(0, Math.ceil(sorted.length * p) - 1);
  return sorted[rank] ?? Number.NaN;
}

export function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}
