import type { CancelAllCampaign, CancelAllPart, ScopedTradingState, Store } from "@surefill/core";

/** Who must hear of what is no change of an order, in the moment in which it is written. */
export interface StoreWitness {
  tradingStateSet(set: ScopedTradingState): void;
  campaignBegun(campaign: CancelAllCampaign): void;
  campaignSaved(campaignId: string, part: CancelAllPart): void;
}

/** A store with a witness. */
export function watchedStore(store: Store, witness: StoreWitness): Store {
  const { tradingStates, cancelAlls } = store;
  return {
    ...store,
    tradingStates: {
      ...tradingStates,
      async set(change) {
        const set = await tradingStates.set(change);
        witness.tradingStateSet(set);
        return set;
      },
    },
    cancelAlls: {
      ...cancelAlls,
      async begin(...call) {
        const begun = await cancelAlls.begin(...call);
        if (begun.kind === "BEGUN") witness.campaignBegun(begun.campaign);
        return begun;
      },
      async savePart(campaignId, part) {
        await cancelAlls.savePart(campaignId, part);
        witness.campaignSaved(campaignId, part);
      },
    },
  };
}
