import { type CancelAllCampaign, type CancelAllStore, noProgress, type WallTime, wallTime } from "@surefill/core";
import type { ClientBase } from "pg";
import {
  type CancelAllPartRow,
  type CancelAllRow,
  type CancelAllTargetRow,
  cancelAllColumns,
  cancelAllOf,
  cancelAllPartRow,
  cancelAllRow,
  cancelAllTargetRow,
  targetOf,
} from "../row/cancel-all-row.ts";
import { columnNames } from "../row/column.ts";
import { isoTime } from "../row/iso-time.ts";
import { checkLimit } from "../store/limit.ts";
import { channel } from "./flush-statement.ts";
import { insertControlEvent, setTradingState } from "./postgres-trading.ts";
import type { Reader } from "./reader.ts";
import { lockTradingStates } from "./trading-lock.ts";

const byId = "SELECT * FROM cancel_alls WHERE campaign_id = $1";
const partsOf = "SELECT * FROM cancel_all_parts WHERE campaign_id = ANY ($1::text[]) ORDER BY venue, account";
const running = `SELECT * FROM cancel_alls WHERE campaign_id IN (SELECT campaign_id FROM cancel_all_parts
    WHERE state = 'RUNNING' AND (venue, account) IN (SELECT * FROM unnest($1::text[], $2::text[])))
  ORDER BY requested_at LIMIT $3`;
const addTargets = `INSERT INTO cancel_all_targets (campaign_id, venue, account, kind, target)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING`;
const addOwnTargets = `INSERT INTO cancel_all_targets (campaign_id, venue, account, kind, target)
  SELECT parts.campaign_id, orders.venue, orders.account, 'OWN', orders.order_id
    FROM orders JOIN cancel_all_parts parts ON parts.venue = orders.venue AND parts.account = orders.account
    WHERE orders.is_open AND parts.campaign_id = $1 AND ($2::text IS NULL OR orders.instrument = $2)
      AND NOT ($3 AND orders.purpose IN ('STOP', 'TARGET'))`;
const targets = `SELECT target FROM cancel_all_targets
  WHERE campaign_id = $1 AND venue = $2 AND account = $3 AND kind = $4 AND target > $5 ORDER BY target LIMIT $6`;
const savePart = `UPDATE cancel_all_parts SET state = $4, progress = $5, ended_at = $6
  WHERE campaign_id = $1 AND venue = $2 AND account = $3 AND state = 'RUNNING'`;

/** The CancelAllStore over Postgres. */
export function postgresCancelAlls(reader: Reader, open: () => void): CancelAllStore {
  const campaigns = async (rows: readonly CancelAllRow[]): Promise<readonly CancelAllCampaign[]> => {
    const ids = rows.map((row) => row.campaign_id);
    const parts = ids.length === 0 ? [] : await reader.read<CancelAllPartRow>("cancel_all_parts", partsOf, [ids]);
    return rows.map((row) => withParts(row, parts));
  };
  return {
    async begin(terms, venueAccounts) {
      open();
      return reader.transaction(async (client) => {
        await lockTradingStates(client);
        const { campaignId, scope, operator, reason, requestedAt: at } = terms;
        if (!(await insertCampaign(client, cancelAllRow(terms)))) {
          return { kind: "FOUND", campaign: await readCampaign(client, campaignId) };
        }
        for (const venueAccount of venueAccounts) {
          const row = cancelAllPartRow(campaignId, { venueAccount, state: "RUNNING", progress: noProgress });
          await client.query("INSERT INTO cancel_all_parts VALUES ($1, $2, $3, $4, $5, NULL)", [
            ...[row.campaign_id, row.venue, row.account, row.state, row.progress],
          ]);
        }
        await client.query(addOwnTargets, [campaignId, scope.instrument ?? null, terms.keepsProtection]);
        if (terms.halts) await setTradingState(client, { scope, state: "HALTED", operator, reason, at });
        const cause = { type: "emergency.cancel_all", campaignId, phase: "STARTED" } as const;
        await insertControlEvent(client, { scope, operator, reason, at, cause });
        if (venueAccounts.length === 0) await end(client, campaignId, at);
        await client.query("SELECT pg_notify($1, '')", [channel]);
        return { kind: "BEGUN", campaign: await readCampaign(client, campaignId) };
      });
    },
    async find(campaignId) {
      open();
      return (await campaigns(await reader.read<CancelAllRow>("cancel_all", byId, [campaignId])))[0];
    },
    async running(venueAccounts, limit) {
      open();
      checkLimit(limit);
      const venues = venueAccounts.map(({ venue }) => venue);
      const accounts = venueAccounts.map(({ account }) => account);
      return campaigns(await reader.read<CancelAllRow>("cancel_alls_running", running, [venues, accounts, limit]));
    },
    async addTargets(part, added) {
      open();
      checkLimit(Math.max(added.length, 1));
      const rows = added.map((target) => cancelAllTargetRow(part, target));
      const column = (name: keyof CancelAllTargetRow) => rows.map((row) => row[name]);
      const values = [column("campaign_id"), column("venue"), column("account"), column("kind"), column("target")];
      await reader.write("cancel_all_add_targets", addTargets, values);
    },
    async targets(part, kind, limit, after) {
      open();
      checkLimit(limit);
      const { campaignId, venueAccount } = part;
      const from = after === undefined ? "" : cancelAllTargetRow(part, after).target;
      const values = [campaignId, venueAccount.venue, venueAccount.account, kind, from, limit];
      const rows = await reader.read<{ readonly target: string }>("cancel_all_targets", targets, values);
      return rows.map(({ target }) => targetOf(kind, target));
    },
    async savePart(campaignId, part) {
      open();
      const { venue, account, state, progress } = cancelAllPartRow(campaignId, part);
      const endedAt = part.endedAt === undefined ? null : isoTime(part.endedAt);
      const values = [campaignId, venue, account, state, progress, endedAt];
      await reader.transaction(async (client) => {
        if (part.state !== "RUNNING") await lockTradingStates(client);
        const { rowCount } = await client.query(savePart, values);
        if (rowCount === 1 && part.endedAt !== undefined) await endWithLast(client, campaignId, part.endedAt);
        await client.query("SELECT pg_notify($1, '')", [channel]);
      });
    },
  };
}

function withParts(row: CancelAllRow, parts: readonly CancelAllPartRow[]): CancelAllCampaign {
  return cancelAllOf(
    row,
    parts.filter((part) => part.campaign_id === row.campaign_id),
  );
}

async function insertCampaign(client: ClientBase, row: CancelAllRow): Promise<boolean> {
  const names = columnNames(cancelAllColumns);
  const values = names.map((name) => (name === "requested_at" ? isoTime(wallTime(row.requested_at)) : row[name]));
  const { rowCount } = await client.query(
    `INSERT INTO cancel_alls (${names.join(", ")}) VALUES (${names.map((_, place) => `$${place + 1}`).join(", ")})
      ON CONFLICT DO NOTHING`,
    values,
  );
  return rowCount === 1;
}

async function readCampaign(client: ClientBase, campaignId: string): Promise<CancelAllCampaign> {
  const { rows } = await client.query<CancelAllRow>(byId, [campaignId]);
  const parts = await client.query<CancelAllPartRow>(partsOf, [[campaignId]]);
  const [row] = rows;
  if (row === undefined) throw new Error(`campaign ${campaignId} has vanished`);
  return withParts(row, parts.rows);
}

async function endWithLast(client: ClientBase, campaignId: string, at: WallTime): Promise<void> {
  const left = await client.query("SELECT FROM cancel_all_parts WHERE campaign_id = $1 AND state = 'RUNNING' LIMIT 1", [
    campaignId,
  ]);
  if (left.rowCount === 0) await end(client, campaignId, at);
}

async function end(client: ClientBase, campaignId: string, at: WallTime): Promise<void> {
  const { scope, operator, reason } = await readCampaign(client, campaignId);
  const cause = { type: "emergency.cancel_all", campaignId, phase: "ENDED" } as const;
  await insertControlEvent(client, { scope, operator, reason, at, cause });
}
