import { afterAll, beforeAll, describe } from "vitest";
import type { Store } from "../store/store.ts";
import { describeAudit } from "./order-store-conformance-audit.ts";
import { describeCancelAlls } from "./order-store-conformance-cancel-alls.ts";
import { describeCommits } from "./order-store-conformance-commits.ts";
import { describeEvents } from "./order-store-conformance-events.ts";
import { describeEvidence } from "./order-store-conformance-evidence.ts";
import { describeFills } from "./order-store-conformance-fills.ts";
import { describeLeases } from "./order-store-conformance-leases.ts";
import { describeLists } from "./order-store-conformance-lists.ts";
import { describePositions } from "./order-store-conformance-positions.ts";
import { describeRates } from "./order-store-conformance-rates.ts";
import { describeReads } from "./order-store-conformance-reads.ts";
import { describeRefusals } from "./order-store-conformance-refusals.ts";
import { describeTrading } from "./order-store-conformance-trading.ts";

/** An empty database under test. */
export interface OpenedStore {
  readonly store: Store;
  /** Another store over the same database, as a second process has it; whoever asks closes it. */
  another(): Promise<Store>;
  /** Lets `ms` pass for leases, without waiting. */
  passTime(ms: number): Promise<void>;
  /** Closes the store and removes the database. */
  dispose(): Promise<void>;
}

/** Gives the opened database to tests, which run after it was opened. */
export type OpenedGetter = () => OpenedStore;

/**
 * What every Store must do, whatever it stands on. Tests share one database and keep out of each other's way by
 * accounts of their own.
 */
export function describeOrderStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: the ports of the store`, () => {
    let opened: OpenedStore | undefined;
    const get: OpenedGetter = () => {
      if (opened === undefined) throw new Error("the store could not be opened");
      return opened;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.dispose());

    describeCommits(get);
    describeRefusals(get);
    describePositions(get);
    describeReads(get);
    describeLeases(get);
    describeFills(get);
    describeTrading(get);
    describeEvidence(get);
    describeRates(get);
    describeCancelAlls(get);
    describeEvents(get);
    describeLists(get);
    describeAudit(get);
  });
}
