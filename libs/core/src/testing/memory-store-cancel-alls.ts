import { covers } from "../account/trading-state.ts";
import { type VenueAccount, venueAccountKey } from "../account/venue-account.ts";
import { isProtection } from "../order/instruction.ts";
import {
  type CancelAllCampaign,
  type CancelAllPartKey,
  type CancelAllStore,
  type CancelAllTarget,
  type CancelAllTerms,
  noProgress,
  targetKey,
} from "../store/cancel-all-store.ts";
import type { MemoryTables } from "./memory-store-tables.ts";
import { putControlEvent, setTradingState } from "./memory-store-trading.ts";

/** The CancelAllStore over MemoryTables. */
export function memoryCancelAlls(tables: MemoryTables, open: () => void): CancelAllStore {
  return {
    async begin(terms, venueAccounts) {
      open();
      const found = tables.cancelAlls.get(terms.campaignId);
      if (found !== undefined) return { kind: "FOUND", campaign: found };
      const { scope, operator, reason, requestedAt: at, campaignId } = terms;
      if (terms.halts) setTradingState(tables, { scope, state: "HALTED", operator, reason, at });
      const parts = [...venueAccounts]
        .sort(compareVenueAccounts)
        .map((venueAccount) => ({ venueAccount, state: "RUNNING", progress: noProgress }) as const);
      const campaign: CancelAllCampaign = { ...terms, parts };
      tables.cancelAlls.set(campaignId, campaign);
      for (const { venueAccount } of parts) addOwnTargets(tables, terms, { campaignId, venueAccount });
      const told = { scope, operator, reason, at };
      putControlEvent(tables, { ...told, cause: { type: "emergency.cancel_all", campaignId, phase: "STARTED" } });
      if (parts.length === 0) {
        putControlEvent(tables, { ...told, cause: { type: "emergency.cancel_all", campaignId, phase: "ENDED" } });
      }
      for (const listener of tables.listeners) queueMicrotask(listener);
      return { kind: "BEGUN", campaign };
    },
    async find(campaignId) {
      open();
      return tables.cancelAlls.get(campaignId);
    },
    async running(venueAccounts, limit) {
      open();
      const keys = new Set(venueAccounts.map(venueAccountKey));
      return [...tables.cancelAlls.values()]
        .filter(({ parts }) =>
          parts.some(({ state, venueAccount }) => state === "RUNNING" && keys.has(venueAccountKey(venueAccount))),
        )
        .sort((a, b) => a.requestedAt - b.requestedAt)
        .slice(0, limit);
    },
    async addTargets(part, targets) {
      open();
      const before = tables.cancelAllTargets.get(partKey(part)) ?? new Map();
      tables.cancelAllTargets.set(partKey(part), before);
      for (const target of targets) before.set(`${target.kind}/${targetKey(target)}`, target);
    },
    async targets(part, kind, limit, after) {
      open();
      const all = [...(tables.cancelAllTargets.get(partKey(part)) ?? new Map()).values()];
      return all
        .filter((target): target is Extract<CancelAllTarget, { kind: typeof kind }> => target.kind === kind)
        .filter((target) => after === undefined || targetKey(target) > targetKey(after))
        .sort((a, b) => (targetKey(a) < targetKey(b) ? -1 : 1))
        .slice(0, limit);
    },
    async savePart(campaignId, part) {
      open();
      const campaign = tables.cancelAlls.get(campaignId);
      if (campaign === undefined) return;
      const isIt = (venueAccount: VenueAccount) => venueAccountKey(venueAccount) === venueAccountKey(part.venueAccount);
      const isRunning = campaign.parts.some((one) => isIt(one.venueAccount) && one.state === "RUNNING");
      if (!isRunning) return;
      const parts = campaign.parts.map((one) => (isIt(one.venueAccount) ? part : one));
      tables.cancelAlls.set(campaignId, { ...campaign, parts });
      for (const listener of tables.listeners) queueMicrotask(listener);
      if (parts.some(({ state }) => state === "RUNNING")) return;
      const { scope, operator, reason } = campaign;
      const cause = { type: "emergency.cancel_all", campaignId, phase: "ENDED" } as const;
      putControlEvent(tables, { scope, operator, reason, at: part.endedAt ?? campaign.requestedAt, cause });
    },
  };
}

function addOwnTargets(tables: MemoryTables, terms: CancelAllTerms, part: CancelAllPartKey): void {
  const targets = [...tables.open.values()].filter(
    ({ instruction }) =>
      venueAccountKey(instruction) === venueAccountKey(part.venueAccount) &&
      covers(terms.scope, instruction) &&
      !(terms.keepsProtection && isProtection(instruction)),
  );
  const rows = targets.map(({ orderId }) => ({ kind: "OWN", orderId }) as const);
  tables.cancelAllTargets.set(partKey(part), new Map(rows.map((target) => [`OWN/${targetKey(target)}`, target])));
}

function partKey({ campaignId, venueAccount }: CancelAllPartKey): string {
  return `${campaignId}/${venueAccountKey(venueAccount)}`;
}

function compareVenueAccounts(a: VenueAccount, b: VenueAccount): number {
  return venueAccountKey(a) < venueAccountKey(b) ? -1 : 1;
}
