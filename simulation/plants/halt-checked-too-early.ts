import type { TradingStates } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

/** Looks at the trading state that the same knowledge is used for. */
const looks = 200;

export const haltCheckedTooEarly: Plant = {
  name: "halt-checked-too-early",
  doc: "Whether trading is halted is looked at now and then, and not again with the attempt's commit.",
  breaks: ["halted-is-quiet"],
  store: (store) => {
    let known: Promise<TradingStates> | undefined;
    let looked = 0;
    return replaced(store, {
      tradingStates: replaced(store.tradingStates, {
        read: () => {
          looked += 1;
          if (known === undefined || looked % looks === 0) known = store.tradingStates.read();
          return known;
        },
      }),
      orders: replaced(store.orders, {
        commit: ({ fence, ...change }) => {
          if (fence === undefined) return store.orders.commit(change);
          const { tradingEpoch: _, ...lease } = fence;
          return store.orders.commit({ ...change, fence: lease });
        },
      }),
    });
  },
};
