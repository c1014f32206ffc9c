import { emptyRateLedger, type RateLedger } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

export const budgetPerProcess: Plant = {
  name: "budget-per-process",
  doc: "Each process keeps to the venue's limit by itself; together, or after a restart, they go beyond it.",
  breaks: ["within-rate-limits"],
  store: (store) => {
    const ledgers = new Map<string, { readonly version: number; readonly ledger: RateLedger }>();
    const keyOf = ({ venue, account }: { readonly venue: string; readonly account?: string }) =>
      `${venue}/${account ?? ""}`;
    return replaced(store, {
      rates: {
        read: async (venueAccount) => {
          const { now } = await store.rates.read(venueAccount);
          return { version: 0, ledger: emptyRateLedger, ...ledgers.get(keyOf(venueAccount)), now };
        },
        replace: async (venueAccount, versionBefore, ledger) => {
          if ((ledgers.get(keyOf(venueAccount))?.version ?? 0) !== versionBefore) return false;
          ledgers.set(keyOf(venueAccount), { version: versionBefore + 1, ledger });
          return true;
        },
      },
    });
  },
};
