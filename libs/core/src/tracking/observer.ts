import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { SubmitKey } from "../order/order-id.ts";
import type { OrderPosition } from "../store/order-store.ts";
import { addMs, type WallTime } from "../time/wall-time.ts";
import { withDeadline } from "../time/with-deadline.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { lookUp } from "./look-up.ts";
import { LookupLadder } from "./lookup-ladder.ts";
import { SerialByKey } from "./serial-by-key.ts";

/** Between polls: where there is no stream, and as a backstop where there is one, for streams may miss reports. */
const pollMs = { alone: 500, besideStream: 2_000 } as const;
const reconnectMs = { first: 100, max: 5_000 } as const;
const livePageMax = 500;
const fillPageMax = 500;
/** Pages of fills read in one poll; the next poll goes on from there. */
const fillPagesMax = 20;
const queryMsMax = 15_000;
/** How far the venue's clock may be behind ours: fills are asked for from that much before the oldest attempt. */
const clockSkewMsMax = 60_000;
const lookupsPerPollMax = 100;
const reportsPendingMax = 1_000;

/**
 * Records what one venue account's orders do at their venue: stream, bulk polls, single look-ups. Guarded by the
 * order's version alone, so that several observers of one venue account are harmless.
 */
export class Observer {
  readonly #desk: Desk;
  readonly #entry: VenueEntry;
  readonly #venueAccount: VenueAccount;
  readonly #stop = new AbortController();
  readonly #recording = new SerialByKey<SubmitKey>(reportsPendingMax);
  readonly #ladder = new LookupLadder();
  #fillCursor: string | undefined;
  #streaming = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(desk: Desk, entry: VenueEntry, venueAccount: VenueAccount) {
    this.#desk = desk;
    this.#entry = entry;
    this.#venueAccount = venueAccount;
  }

  start(): void {
    this.#running = Promise.all([this.#stream(), this.#pollUntilStopped()]);
  }

  /** Resolves when everything taken in is recorded. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#recording.idle();
  }

  async #stream(): Promise<void> {
    const watch = this.#entry.venue.watch?.bind(this.#entry.venue);
    if (watch === undefined) return;
    let waitMs: number = reconnectMs.first;
    while (!this.#stop.signal.aborted) {
      try {
        this.#streaming = true;
        for await (const report of watch(this.#venueAccount.account, this.#stop.signal)) {
          waitMs = reconnectMs.first;
          await this.#recording.add(report.submitKey, () => this.#record(report));
        }
      } catch (error) {
        if (!this.#stop.signal.aborted)
          this.#desk.log.warn({ error, ...this.#venueAccount }, "stream broke; reconnecting");
      }
      this.#streaming = false;
      await this.#desk.clock.sleep(waitMs, this.#stop.signal);
      waitMs = Math.min(waitMs * 2, reconnectMs.max);
    }
  }

  /** Whether nothing of the report is left to record. */
  async #record(report: ExecutionReport): Promise<boolean> {
    try {
      const order = await this.#desk.store.orders.findBySubmitKey(this.#venueAccount.venue, report.submitKey);
      if (order === undefined)
        this.#desk.log.warn({ submit_key: report.submitKey, ...this.#venueAccount }, "a report of no order of ours");
      else await recordReport(this.#desk, order, report);
      return true;
    } catch (error) {
      // The poll finds what could not be recorded now: the venue still has it.
      this.#desk.log.error({ error, submit_key: report.submitKey, ...this.#venueAccount }, "a report was not recorded");
      return false;
    }
  }

  async #pollUntilStopped(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#poll();
      } catch (error) {
        this.#desk.log.warn({ error, ...this.#venueAccount }, "a poll failed; trying again");
      }
      await this.#desk.clock.sleep(this.#streaming ? pollMs.besideStream : pollMs.alone, this.#stop.signal);
    }
  }

  async #poll(): Promise<void> {
    const live = await this.#liveOrders();
    this.#ladder.keepOnly(live);
    if (live.length === 0) return;
    if (this.#entry.manifest.capabilities.bulkQueries) {
      await this.#pollFills(live);
      await this.#lookUpMissing(live);
    } else {
      await this.#lookUpAll(live);
    }
  }

  async #liveOrders(): Promise<readonly Order[]> {
    const orders: Order[] = [];
    let after: OrderPosition | undefined;
    for (;;) {
      const page: readonly Order[] = await this.#desk.store.orders.live(this.#venueAccount, livePageMax, after);
      orders.push(...page);
      after = page.at(-1);
      if (page.length < livePageMax) return orders;
    }
  }

  /** New fills of the account, in one call; the first time from where the oldest live attempt began. */
  async #pollFills(live: readonly Order[]): Promise<void> {
    const { account } = this.#venueAccount;
    for (let pages = 0; pages < fillPagesMax; pages += 1) {
      const from = this.#fillCursor ?? oldestAttempt(live);
      if (from === undefined) return;
      const page = await this.#ask((signal) => this.#entry.venue.fillsSince(account, from, fillPageMax, signal));
      let allRecorded = true;
      for (const { submitKey, fill } of page.fills) {
        const report: ExecutionReport = { submitKey, evidence: { kind: "TRADE" }, fills: [fill] };
        await this.#recording.add(submitKey, async () => {
          allRecorded = (await this.#record(report)) && allRecorded;
        });
      }
      await this.#recording.idle();
      // The cursor never passes a fill that is not durable: the next poll asks for this page again.
      if (!allRecorded) return;
      this.#fillCursor = page.next;
      if (page.fills.length < fillPageMax) return;
    }
  }

  /** A bulk query with its deadline; stopping ends it too. */
  #ask<T>(query: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = this.#stop.signal;
    return withDeadline(this.#desk.clock, queryMsMax, (late) => query(AbortSignal.any([late, stop])));
  }

  /** Looks up what the venue should list as open and does not, and what nobody knows to be there. */
  async #lookUpMissing(live: readonly Order[]): Promise<void> {
    const { account } = this.#venueAccount;
    const open = await this.#ask((signal) => this.#entry.venue.openOrders(account, signal));
    const openKeys = new Set<SubmitKey | undefined>(open.map((report) => report.submitKey));
    for (const report of open) {
      const order = live.find((candidate) => attemptOf(candidate)?.submitKey === report.submitKey);
      if (order?.state === "SUBMITTED" || order?.state === "IN_DOUBT") {
        await this.#recording.add(report.submitKey, () => this.#record(report));
      }
    }
    await this.#lookUpAll(live.filter((order) => !openKeys.has(attemptOf(order)?.submitKey)));
  }

  async #lookUpAll(orders: readonly Order[]): Promise<void> {
    const now = this.#desk.clock.monotonicMs();
    const suspects = await this.#withoutSubmissionsUnderWay(orders);
    const due = suspects.filter((order) => this.#ladder.isDue(order, now)).slice(0, lookupsPerPollMax);
    for (const order of due) {
      if (this.#stop.signal.aborted) return;
      this.#ladder.lookedUp(order, now);
      await lookUp(this.#desk, this.#entry, order);
    }
  }

  /** A SUBMITTED order belongs to the server that holds the lease: it is asked about only once that lease has ended. */
  async #withoutSubmissionsUnderWay(orders: readonly Order[]): Promise<readonly Order[]> {
    const sent = orders.filter((order) => attemptOf(order) !== undefined && order.state !== "FAILED");
    if (!sent.some((order) => order.state === "SUBMITTED")) return sent;
    const held = await this.#desk.store.leases.held([this.#venueAccount]);
    return held.length > 0 ? sent.filter((order) => order.state !== "SUBMITTED") : sent;
  }
}

/** Venue time before the oldest attempt that is still live was prepared: no fill of a live order is older. */
function oldestAttempt(live: readonly Order[]): WallTime | undefined {
  const oldest = live.flatMap((order) => attemptOf(order)?.preparedAt ?? []).sort((a, b) => a - b)[0];
  return oldest && addMs(oldest, -clockSkewMsMax);
}
