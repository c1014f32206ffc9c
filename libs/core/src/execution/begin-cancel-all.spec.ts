import { describe, expect, it } from "vitest";
import { accountId } from "../account/account-id.ts";
import type { TradingScope } from "../account/trading-state.ts";
import { instrumentId } from "../instrument/instrument.ts";
import type { CancelAllTerms } from "../store/cancel-all-store.ts";
import { deskForTests, type TestDesk } from "../testing/desk-for-tests.ts";
import { requestedAt, testAccount, testVenue } from "../testing/order-fixtures.ts";
import { venueId } from "../venue/venue-id.ts";
import { beginCancelAll } from "./begin-cancel-all.ts";

const [bob, other] = [accountId("bob"), venueId("other")];
const terms = {
  ...{ campaignId: "stop-1", scope: {}, covers: "ALL_AT_VENUE", halts: true, keepsProtection: false },
  ...{ operator: "ann", reason: "emergency" },
} satisfies Omit<CancelAllTerms, "requestedAt">;

/** Two venues with two accounts each. */
function twoVenues(): TestDesk {
  const test = deskForTests();
  const entry = { ...test.entry, accounts: [testAccount, bob] };
  const venues = new Map([testVenue, other].map((id) => [id, { ...entry, venueId: id }]));
  return { ...test, desk: { ...test.desk, venues } };
}

describe("beginning a CancelAll", () => {
  it.each<readonly [string, TradingScope, readonly string[]]>([
    ["the whole service", {}, ["other/alice", "other/bob", "paper/alice", "paper/bob"]],
    ["an account", { account: bob }, ["other/bob", "paper/bob"]],
    ["a venue", { venue: testVenue }, ["paper/alice", "paper/bob"]],
    ["an account at a venue", { venue: other, account: bob }, ["other/bob"]],
    ["an instrument of an account", { account: bob, instrument: instrumentId("BTC/USDT") }, ["other/bob", "paper/bob"]],
  ])("given %s, so it has a part for each venue account there", async (_, scope, parts) => {
    const test = twoVenues();
    const begun = await beginCancelAll(test.desk, { ...terms, scope });
    expect(begun).toMatchObject({ kind: "BEGUN", campaign: { ...terms, scope, requestedAt } });
    if (begun.kind === "REUSED") throw new Error("reused");
    const named = begun.campaign.parts.map(({ venueAccount: { venue, account } }) => `${venue}/${account}`);
    expect(named.toSorted()).toEqual(parts);
  });

  it("given the same terms again, so it is the same campaign", async () => {
    const test = twoVenues();
    await beginCancelAll(test.desk, terms);
    test.clock.advance(1_000);
    const again = await beginCancelAll(test.desk, terms);
    expect(again).toMatchObject({ kind: "FOUND", campaign: { requestedAt } });
  });

  it.each<readonly [string, Partial<CancelAllTerms>]>([
    ["scope", { covers: "OWN_ONLY" }],
    ["account", { scope: { account: bob } }],
    ["venue", { scope: { venue: other } }],
    ["instrument", { scope: { instrument: instrumentId("BTC/USDT") } }],
    ["halt", { halts: false }],
    ["keep_protection", { keepsProtection: true }],
    ["operator", { operator: "bea" }],
    ["reason", { reason: "another" }],
  ])("given another %s under the same id, so it is refused, and names that", async (field, differing) => {
    const test = twoVenues();
    await beginCancelAll(test.desk, terms);
    expect(await beginCancelAll(test.desk, { ...terms, ...differing })).toMatchObject({
      kind: "REUSED",
      error: { code: "REQUEST_ID_REUSED", context: { request_id: "stop-1", field } },
    });
  });
});
