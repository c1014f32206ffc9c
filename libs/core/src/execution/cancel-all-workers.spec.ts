import { describe, expect, it, onTestFinished } from "vitest";
import { accountId } from "../account/account-id.ts";
import { noProgress } from "../store/cancel-all-store.ts";
import { deskForTests, venueAccount } from "../testing/desk-for-tests.ts";
import { testAccount } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { beginCancelAll } from "./begin-cancel-all.ts";
import { CancelAllWorkers } from "./cancel-all-workers.ts";

describe("taking campaigns up", () => {
  it("given one that is done at one venue account and not at another, so only the other is worked off", async () => {
    const bob = accountId("bob");
    const test = deskForTests({ entry: { accounts: [testAccount, bob] } });
    await beginCancelAll(test.desk, {
      ...{ campaignId: "stop-1", scope: {}, covers: "ALL_AT_VENUE", halts: true, keepsProtection: false },
      ...{ operator: "ann", reason: "emergency" },
    });
    const done = { venueAccount, state: "DONE", progress: { ...noProgress, cleanReads: 2 } } as const;
    await test.store.cancelAlls.savePart("stop-1", done);
    const workers = new CancelAllWorkers(
      test.desk,
      () => {},
      () => true,
    );
    onTestFinished(() => workers.stop());
    await workers.takeUp([venueAccount, { ...venueAccount, account: bob }], true);
    await settle();
    await pass(test.clock, 1_000, 50);
    const campaign = await test.store.cancelAlls.find("stop-1");
    expect(campaign?.parts.map(({ venueAccount: { account }, state }) => [account, state])).toEqual([
      [testAccount, "DONE"],
      [bob, "DONE"],
    ]);
    expect(new Set(test.venue.callsOf("openOrders").map(([account]) => account))).toEqual(new Set([bob]));
  });
});
