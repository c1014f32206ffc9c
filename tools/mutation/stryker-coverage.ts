/** As much of what Stryker keeps beside the mutated code as is looked at here. */
interface Stryker {
  readonly mutantCoverage?: { readonly static: object; readonly perTest: object };
}

/**
 * A setup file under mutation, run before each file of specs. Stryker forgets which test is under way as soon as its
 * body has ended, takes what its clean-up still runs for what runs when a module is loaded, and then runs every spec for
 * each such mutant; and it takes what is counted up to the end of a file for that file's, though a worker runs several.
 */
const stryker: Stryker = Reflect.get(globalThis, "__stryker__");
for (const counts of Object.values(stryker.mutantCoverage ?? {}))
  for (const key of Object.keys(counts)) Reflect.deleteProperty(counts, key);

let testId: string | undefined;
Object.defineProperty(stryker, "currentTestId", {
  configurable: true,
  get: () => testId,
  set: (id: string | undefined) => {
    testId = id ?? testId;
  },
});
