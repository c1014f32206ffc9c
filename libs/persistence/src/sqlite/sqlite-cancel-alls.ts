import {
  type CancelAllCampaign,
  type CancelAllStore,
  type CancelAllTerms,
  noProgress,
  restrictionsMax,
  SurefillError,
  type WallTime,
} from "@surefill/core";
import type { Database } from "better-sqlite3";
import {
  type CancelAllPartRow,
  type CancelAllRow,
  cancelAllOf,
  cancelAllPartRow,
  cancelAllRow,
  cancelAllTargetRow,
  targetOf,
} from "../row/cancel-all-row.ts";
import { controlEventRow } from "../row/control-event-row.ts";
import { checkLimit } from "../store/limit.ts";
import { tradingStateCall } from "./sqlite-trading.ts";
import type { WriterThread } from "./writer-thread.ts";

/** The CancelAllStore over SQLite: reads on this thread's own connection. */
export function sqliteCancelAlls(
  database: Database,
  writer: WriterThread,
  { open, onCommitted }: { readonly open: () => void; readonly onCommitted: () => void },
): CancelAllStore {
  const byId = database.prepare<[string], CancelAllRow>("SELECT * FROM cancel_alls WHERE campaign_id = ?");
  const partsOf = database.prepare<[string], CancelAllPartRow>(
    "SELECT * FROM cancel_all_parts WHERE campaign_id = ? ORDER BY venue, account",
  );
  const running = database.prepare<[string, number], CancelAllRow>(
    `SELECT * FROM cancel_alls WHERE campaign_id IN (SELECT campaign_id FROM cancel_all_parts WHERE state = 'RUNNING'
        AND (venue, account) IN (SELECT value ->> 'venue', value ->> 'account' FROM json_each(?)))
      ORDER BY requested_at LIMIT ?`,
  );
  const targets = database
    .prepare<[string, string, string, string, string, number], string>(
      `SELECT target FROM cancel_all_targets
        WHERE campaign_id = ? AND venue = ? AND account = ? AND kind = ? AND target > ? ORDER BY target LIMIT ?`,
    )
    .pluck();
  const campaignOf = (row: CancelAllRow) => cancelAllOf(row, partsOf.all(row.campaign_id));
  const find = (campaignId: string): CancelAllCampaign | undefined => {
    const row = byId.get(campaignId);
    return row && campaignOf(row);
  };

  return {
    async begin(terms, venueAccounts) {
      open();
      const { campaignId, scope, operator, reason, requestedAt: at } = terms;
      const kind = await writer.call("beginCancelAll", {
        campaign: cancelAllRow(terms),
        parts: venueAccounts.map((venueAccount) =>
          cancelAllPartRow(campaignId, { venueAccount, state: "RUNNING", progress: noProgress }),
        ),
        halt: terms.halts ? tradingStateCall({ scope, state: "HALTED", operator, reason, at }) : undefined,
        started: eventRow(terms, "STARTED", at),
        ended: eventRow(terms, "ENDED", at),
      });
      if (kind === "FULL") {
        throw new SurefillError("OVERLOADED", `${restrictionsMax} scopes are restricted already; lift some`);
      }
      onCommitted();
      const campaign = find(campaignId);
      if (campaign === undefined) throw new SurefillError("INTERNAL", `campaign ${campaignId} has vanished`);
      return { kind, campaign };
    },
    async find(campaignId) {
      open();
      return find(campaignId);
    },
    async running(venueAccounts, limit) {
      open();
      checkLimit(limit);
      return running.all(JSON.stringify(venueAccounts), limit).map(campaignOf);
    },
    async addTargets(part, added) {
      open();
      checkLimit(Math.max(added.length, 1));
      const rows = added.map((target) => cancelAllTargetRow(part, target));
      await writer.call("addCancelAllTargets", rows);
    },
    async targets(part, kind, limit, after) {
      open();
      checkLimit(limit);
      const { venue, account } = part.venueAccount;
      const from = after === undefined ? "" : cancelAllTargetRow(part, after).target;
      return targets.all(part.campaignId, venue, account, kind, from, limit).map((target) => targetOf(kind, target));
    },
    async savePart(campaignId, part) {
      open();
      const campaign = find(campaignId);
      if (campaign === undefined) return;
      const ended = part.endedAt === undefined ? undefined : eventRow(campaign, "ENDED", part.endedAt);
      await writer.call("saveCancelAllPart", { part: cancelAllPartRow(campaignId, part), ended });
      onCommitted();
    },
  };
}

function eventRow({ campaignId, scope, operator, reason }: CancelAllTerms, phase: "STARTED" | "ENDED", at: WallTime) {
  const cause = { type: "emergency.cancel_all", campaignId, phase } as const;
  return controlEventRow({ scope, operator, reason, at, cause }, 0);
}
