import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const haltBlocksExit: Plant = {
  name: "halt-blocks-exit",
  doc: "A halt holds back everything, also what would close a position: nothing that is held is looked at.",
  breaks: ["reductions-pass"],
  store: (store) =>
    replaced(store, { positions: replaced(store.positions, { find: () => Promise.resolve(undefined) }) }),
};
