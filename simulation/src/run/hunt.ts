import type { Invariant } from "../oracle/invariant.ts";
import type { Plant } from "../plant/plant.ts";
import type { Crew } from "./crew.ts";

/** How a planted bug was caught, or that it was not. */
export interface Catch {
  readonly plant: string;
  readonly caught: boolean;
  /** Runs until it was caught, or in all. */
  readonly seeds: number;
  readonly invariant?: Invariant;
  readonly text?: string;
}

/** Runs a planted bug until an invariant that it breaks is found broken. */
export async function hunt(crew: Crew, plant: Plant, from: number, seedsMax: number): Promise<Catch> {
  for (let seeds = 1; seeds <= seedsMax; seeds += 1) {
    const { violation } = await crew.run({ seed: from + seeds - 1, plant: plant.name });
    if (violation === undefined || !plant.breaks.includes(violation.invariant)) continue;
    const { invariant, text } = violation;
    return { plant: plant.name, caught: true, seeds, invariant, text };
  }
  return { plant: plant.name, caught: false, seeds: seedsMax };
}

/** The middle of the runs that the caught ones took; NaN where none was caught. */
export function medianSeeds(catches: readonly Catch[]): number {
  const seeds = catches
    .filter(({ caught }) => caught)
    .map((one) => one.seeds)
    .sort((a, b) => a - b);
  const middle = seeds.length >> 1;
  const [low, high] = [seeds[seeds.length % 2 === 1 ? middle : middle - 1], seeds[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
