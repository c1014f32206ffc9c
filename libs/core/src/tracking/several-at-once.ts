/**
 * Does `task` for each item, `countMax` at a time, begun in their order; what it gave, in that order. After a task that
 * failed no other begins, and its error is thrown once those under way have ended.
 */
export async function severalAtOnce<Item, Result>(
  items: readonly Item[],
  countMax: number,
  task: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [place, item] of waiting) {
      try {
        results[place] = await task(item);
      } catch (thrown) {
        failures.push(thrown);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(countMax, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
