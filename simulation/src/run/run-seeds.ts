import type { Crew } from "./crew.ts";
import type { SeedResult } from "./run-seed.ts";

/** Runs seeds from `from` on; `onResult` hears of each as it ends. */
export async function runSeeds(
  crew: Crew,
  range: { readonly from: number; readonly seeds: number },
  onResult: (result: SeedResult) => void = () => {},
): Promise<readonly SeedResult[]> {
  const tasks = Array.from({ length: range.seeds }, (_, index) => crew.run({ seed: range.from + index }));
  return Promise.all(
    tasks.map(async (task) => {
      const result = await task;
      onResult(result);
      return result;
    }),
  );
}
