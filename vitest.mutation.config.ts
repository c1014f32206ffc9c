import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Runs quick files of specs before slow ones: a mutant's run ends with the first spec that fails. */
class QuickestFirst extends BaseSequencer {
  /** By file, as long as its first run took: those that follow run a part of it only. */
  readonly #tookMs = new Map<string, number>();

  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const file of files) {
      const tookMs = this.ctx.cache.getTestSpecificationResult(file)?.duration;
      if (tookMs !== undefined && !this.#tookMs.has(file.moduleId)) this.#tookMs.set(file.moduleId, tookMs);
    }
    const tookMs = ({ moduleId }: TestSpecification) => this.#tookMs.get(moduleId) ?? 0;
    return (await super.sort(files)).toSorted((a, b) => tookMs(a) - tookMs(b));
  }
}

/** What mutants of core's rules must not survive: the specs of those rooms themselves. */
export default defineConfig({
  test: {
    include: ["libs/core/src/{order,execution,tracking,retry,money,position,desk}/**/*.spec.ts"],
    setupFiles: ["tools/mutation/stryker-coverage.ts"],
    // Each mutant gets a fresh worker all the same; its specs need not load core once for each file.
    isolate: false,
    sequence: { sequencer: QuickestFirst },
    testTimeout: 20_000,
  },
});
