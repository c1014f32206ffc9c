import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import { type CancelAllCampaign, type CancelAllTarget, noProgress } from "../store/cancel-all-store.ts";
import { deskForTests, orderAfter, pathTo, type TestDesk, venueAccount } from "../testing/desk-for-tests.ts";
import { pass, settle } from "../testing/settle.ts";
import { beginCancelAll } from "./begin-cancel-all.ts";
import { type CancelAllFollowed, followCancelAll, remainingOf } from "./follow-cancel-all.ts";

/** A campaign with one part, which nobody works off but the test. */
async function begun(test: TestDesk): Promise<CancelAllCampaign> {
  const { account, venue } = venueAccount;
  const answer = await beginCancelAll(test.desk, {
    ...{ campaignId: "stop-1", scope: { account, venue }, covers: "OWN_ONLY", halts: false, keepsProtection: false },
    ...{ operator: "ann", reason: "emergency" },
  });
  if (answer.kind !== "BEGUN") throw new Error("begun before");
  return answer.campaign;
}

/** What is told of a campaign, as it comes. */
function following(test: Pick<TestDesk, "desk">, campaign: CancelAllCampaign, signal = new AbortController().signal) {
  const told: CancelAllFollowed[] = [];
  const ended = (async () => {
    for await (const followed of followCancelAll(test.desk, campaign, signal)) told.push(followed);
  })();
  return { told, ended };
}

const cleanReads = ({ told }: { readonly told: readonly CancelAllFollowed[] }) =>
  told.map(({ campaign, isLast }) => [campaign.parts[0]?.progress.cleanReads, isLast]);

describe("following a CancelAll", () => {
  it("given progress, so each step is told once, and the end as the last", async () => {
    const test = deskForTests();
    const run = following(test, await begun(test));
    await pass(test.clock, 200);
    const save = (reads: number, state: "RUNNING" | "DONE") =>
      test.store.cancelAlls.savePart("stop-1", { venueAccount, state, progress: { ...noProgress, cleanReads: reads } });
    await save(1, "RUNNING");
    await pass(test.clock, 200);
    await save(2, "DONE");
    await pass(test.clock, 60);
    await run.ended;
    expect(cleanReads(run)).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
  });

  it("given no end, so after a minute, and not before, what remains is told", async () => {
    const test = deskForTests();
    const campaign = await begun(test);
    const live = [await orderAfter(test, pathTo.IN_DOUBT), await orderAfter(test, pathTo.CONFIRMING)];
    const ended = await orderAfter(test, pathTo.FILLED);
    const targets = [...live, ended].map(({ orderId }): CancelAllTarget => ({ kind: "OWN", orderId }));
    await test.store.cancelAlls.addTargets({ campaignId: "stop-1", venueAccount }, targets);
    const progress = { ...noProgress, targets: 3, closed: 1 };
    await test.store.cancelAlls.savePart("stop-1", { venueAccount, state: "RUNNING", progress });
    const run = following(test, campaign);
    await pass(test.clock, 59_900, 100);
    expect(run.told.some(({ isLast }) => isLast)).toBe(false);
    await pass(test.clock, 200, 100);
    await run.ended;
    const last = run.told.at(-1);
    expect(last).toMatchObject({ isLast: true, campaign: { parts: [{ state: "RUNNING" }] } });
    expect(new Set(last?.remaining.map(({ orderId }) => orderId))).toEqual(new Set(live.map(({ orderId }) => orderId)));
  });

  it("given a caller who hangs up, so it ends with what is known", async () => {
    const test = deskForTests();
    const caller = new AbortController();
    const run = following(test, await begun(test), caller.signal);
    await settle();
    caller.abort();
    await run.ended;
    expect(cleanReads(run)).toEqual([
      [0, false],
      [0, true],
    ]);
  });

  it("given more orders that remain than are told, so the first thousand", async () => {
    const test = deskForTests();
    const campaign = await begun(test);
    const orders = [];
    for (let made = 0; made < 1_001; made += 1) orders.push(await orderAfter(test));
    const targets = orders.map(({ orderId }): CancelAllTarget => ({ kind: "OWN", orderId }));
    await test.store.cancelAlls.addTargets({ campaignId: "stop-1", venueAccount }, targets);
    const progress = { ...noProgress, targets: 1_001 };
    await test.store.cancelAlls.savePart("stop-1", { venueAccount, state: "INCOMPLETE", progress });
    const run = following(test, { ...campaign, parts: [{ venueAccount, state: "INCOMPLETE", progress }] });
    await run.ended;
    expect(run.told).toMatchObject([{ isLast: true }]);
    expect(run.told[0]?.remaining).toHaveLength(1_000);
  });

  it("given a page of targets that have ended, so what remains behind it is told", async () => {
    const test = deskForTests();
    const campaign = await begun(test);
    const orders = [];
    for (let made = 0; made < 1_000; made += 1) orders.push(await orderAfter(test, pathTo.CANCELLED));
    test.clock.advance(1);
    const live = await orderAfter(test);
    const targets = [...orders, live].map(({ orderId }): CancelAllTarget => ({ kind: "OWN", orderId }));
    await test.store.cancelAlls.addTargets({ campaignId: "stop-1", venueAccount }, targets);
    const progress = { ...noProgress, targets: 1_001, closed: 1_000 };
    const parts = [{ venueAccount, state: "INCOMPLETE", progress } as const];
    expect(await remainingOf(test.desk, { ...campaign, parts })).toEqual([live]);
  });

  it("given a part whose targets were not kept, or have all ended, so nothing remains", async () => {
    const test = deskForTests();
    const campaign = await begun(test);
    const remaining = (targets: number) =>
      remainingOf(test.desk, {
        ...campaign,
        parts: [{ venueAccount, state: "RUNNING", progress: { ...noProgress, targets } }],
      });
    expect([await remaining(0), await remaining(1)]).toEqual([[], []]);
  });

  it("given a campaign that the store has lost, so it says so", async () => {
    const test = deskForTests({
      store: ({ cancelAlls }) => ({ cancelAlls: { ...cancelAlls, find: async () => undefined } }),
    });
    const run = following(test, await begun(test));
    const failed = run.ended.catch((error: unknown) => SurefillError.from(error).code);
    await pass(test.clock, 60);
    expect(await failed).toBe("INTERNAL");
  });
});
