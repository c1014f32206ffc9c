import type { ClientBase } from "pg";

/** Any number, the same in all processes: held by whoever changes a trading state, shared by who rests on them. */
const key = 7_214_608_154;

/** How long a change waits for the flushes that are under way. */
const waitMsMax = 5_000;
/** A process that stops in the middle of a change holds every submission back no longer than this. */
const idleMsMax = 5_000;

/**
 * True once the flush that has it in its WHERE shares the lock. A lock on rows alone would not do: flushes that share
 * one let each other in for ever, and a halt would wait behind a busy server. This lock queues.
 */
export const sharesTradingLock = `(SELECT count(*) FROM pg_advisory_xact_lock_shared(${key})) = 1`;

/** Takes the lock for the transaction: what rests on a trading state has ended by then, or has not begun. */
export async function lockTradingStates(client: ClientBase): Promise<void> {
  await client.query(
    `SET LOCAL lock_timeout = ${waitMsMax}; SET LOCAL idle_in_transaction_session_timeout = ${idleMsMax}`,
  );
  await client.query(`SELECT pg_advisory_xact_lock(${key})`);
}
