import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import type { BinanceStand } from "../binance-stand.ts";
import { outcome } from "../testing/caller.ts";
import { openStand } from "../testing/open-stand.ts";
import { patience } from "../testing/patience.ts";
import { type Fault, faultName } from "./fault.ts";
import { namedFaults, rateLimited } from "./named-faults.ts";

const acceptedOf = (stand: BinanceStand) => stand.events.filter(({ type }) => type === "ORDER_ACCEPTED").length;

describe("a fault of the next new order", () => {
  const broken = /fetch failed|terminated|other side closed/;
  test.each<[string, Fault, RegExp, number]>([
    ["cut before", namedFaults.cutBefore, broken, 0],
    ["cut after", namedFaults.cutAfter, broken, 1],
    ["truncated by the connection", namedFaults.truncated, broken, 1],
    ["half of the JSON", namedFaults.halfJson, /^200 \{"symbol":"BTCUSDT"[^}]*$/, 1],
    ["HTML instead", namedFaults.html, /^200 <html>/, 1],
    ["HTML instead, before", namedFaults.htmlBefore, /^200 <html>/, 0],
    ["nothing", namedFaults.empty, /^200 $/, 1],
    ["another shape", namedFaults.malformed, /^200 \{"success":true,"data":\[\]\}$/, 1],
    ["a server error before", namedFaults.serverErrorBefore, /^502 <html>/, 0],
    ["a server error after", namedFaults.serverErrorAfter, /^502 <html>/, 1],
    ["an error in a 200, before", namedFaults.errorIn200Before, /^200 \{"code":-1000,/, 0],
    ["an error in a 200, after", namedFaults.errorIn200After, /^200 \{"code":-1000,/, 1],
    ["-1006 after", namedFaults.unexpectedResponse, /^500 \{"code":-1006,/, 1],
    ["-1007 after", namedFaults.timeout, /^504 \{"code":-1007,/, 1],
    ["-1007 before", namedFaults.timeoutBefore, /^504 \{"code":-1007,/, 0],
    ["-1008", namedFaults.busy, /^503 \{"code":-1008,/, 0],
    ["a wrong key", namedFaults.wrongKey, /^401 \{"code":-2015,/, 0],
    ["a rate limit", rateLimited(6_500), /^429 \{"code":-1003,.*retry-after 7$/, 0],
    ["a ban", rateLimited(120_000, 418), /^418 \{"code":-1003,.*retry-after 120$/, 0],
  ])("given %s, so the caller sees that, and the books say what was done", async (_given, fault, so, accepted) => {
    const { stand, alice } = await openStand();
    stand.faults.queue({ on: "SUBMIT", fault });
    const seen = await alice.place({ newClientOrderId: "a" }).then(
      ({ status, text, headers }) =>
        `${status} ${text}${headers.has("retry-after") ? ` retry-after ${headers.get("retry-after")}` : ""}`,
      (error: Error) => error.message,
    );
    expect(seen).toMatch(so);
    expect(acceptedOf(stand)).toBe(accepted);
    expect(stand.faults.counts).toEqual({ [faultName(fault)]: 1 });
    expect(stand.requests.SUBMIT).toBe(1);
    expect(stand.events).toContainEqual(
      expect.objectContaining({ type: "REQUEST_RECEIVED", clientOrderId: "a", fault: faultName(fault) }),
    );
    expect(outcome(await alice.place({ newClientOrderId: "b" }))).toBe("200");
  });

  test.each<[string, Fault, number]>([
    ["silence before", { kind: "SILENT", when: "BEFORE" }, 0],
    ["silence after", { kind: "SILENT", when: "AFTER" }, 1],
    ["a body that stalls", { kind: "BODY_STALLED" }, 1],
  ])("given %s, so no answer is ever whole, and the connection stays", async (_given, fault, accepted) => {
    const { stand, alice } = await openStand();
    stand.faults.queue({ on: "SUBMIT", fault });
    const given = new AbortController();
    const answer = alice.place({ newClientOrderId: "a" }, given.signal);
    // Whoever asks next is answered: what was asked before has been judged by then.
    await expect.poll(() => stand.requests.SUBMIT, patience).toBe(1);
    await alice.order("a");
    given.abort();
    await expect(answer).rejects.toThrow(/abort/);
    expect(acceptedOf(stand)).toBe(accepted);
  });

  test.each<[string, number | undefined, string, number]>([
    ["within its recvWindow", 1_000, "200", 1],
    ["beyond it", 1_001, "400 -1021 Timestamp for this request is outside of the recvWindow.", 0],
  ])("given one that is held, and arrives %s, so it is judged then", async (_given, heldMs, so, accepted) => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    stand.faults.queue({ on: "SUBMIT", fault: { kind: "DELAYED", when: "BEFORE", ms: heldMs ?? 0 } });
    const answer = alice.place({ recvWindow: 1_000 });
    await expect.poll(() => clock.sleepers, patience).toBe(1);
    expect(acceptedOf(stand)).toBe(0);
    clock.advance(heldMs ?? 0);
    expect(outcome(await answer)).toBe(so);
    expect(acceptedOf(stand)).toBe(accepted);
  });

  test("given an answer that is held, so the order is there before it", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    stand.faults.queue({ on: "SUBMIT", fault: { kind: "DELAYED", when: "AFTER", ms: 60_000 } });
    const answer = alice.place();
    await expect.poll(() => clock.sleepers, patience).toBe(1);
    expect(acceptedOf(stand)).toBe(1);
    clock.advance(60_000);
    expect(outcome(await answer)).toBe("200");
  });

  test("given a body that stalls for a while, so it is whole in the end", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    stand.faults.queue({ on: "SUBMIT", fault: { kind: "BODY_STALLED", ms: 3_000 } });
    const answer = alice.place();
    await expect.poll(() => clock.sleepers, patience).toBe(1);
    clock.advance(3_000);
    expect((await answer).json).toMatchObject({ status: "NEW" });
  });

  test("given one that is held back on a connection that broke, so it arrives when it is let, and is judged then", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    stand.faults.queue({ on: "SUBMIT", times: 2, fault: { kind: "HELD_BACK" } });
    await expect(alice.place({ newClientOrderId: "a" })).rejects.toThrow();
    await expect(alice.place({ newClientOrderId: "b", recvWindow: 1_000 })).rejects.toThrow();
    expect(outcome(await alice.order("a"))).toBe("400 -2013 Order does not exist.");
    clock.advance(2_000);
    stand.deliverHeld();
    expect(outcome(await alice.order("a"))).toBe("200");
    expect(outcome(await alice.order("b"))).toBe("400 -2013 Order does not exist.");
    stand.faults.queue({ on: "SUBMIT", fault: { kind: "HELD_BACK", ms: 500 } });
    await expect(alice.place({ newClientOrderId: "c" })).rejects.toThrow();
    expect(outcome(await alice.order("c"))).toBe("400 -2013 Order does not exist.");
    clock.advance(500);
    await expect.poll(async () => outcome(await alice.order("c")), patience).toBe("200");
  });

  test("given one that hides the order, so no question finds it for a while, and a cancel does", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    stand.faults.queue({ on: "SUBMIT", times: 2, fault: { kind: "HIDDEN", ms: 10_000 } });
    await alice.place({ newClientOrderId: "a" });
    await alice.market({ newClientOrderId: "b" });
    const lists = async () => [
      (await alice.signed("GET", "/api/v3/openOrders")).list.length,
      (await alice.signed("GET", "/api/v3/allOrders", { symbol: "BTCUSDT" })).list.length,
      (await alice.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).list.length,
    ];
    expect(outcome(await alice.order("a"))).toBe("400 -2013 Order does not exist.");
    expect(await lists()).toEqual([0, 0, 0]);
    clock.advance(9_999);
    expect(await lists()).toEqual([0, 0, 0]);
    clock.advance(1);
    expect(await lists()).toEqual([1, 2, 1]);
    stand.faults.queue({ on: "SUBMIT", fault: { kind: "HIDDEN", ms: 10_000 } });
    await alice.place({ newClientOrderId: "c" });
    expect(outcome(await alice.cancel("c"))).toBe("200");
  });

  test("given that its answer is lost too, so the connection breaks, and the order is there all the same", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    stand.faults.queue({ on: "SUBMIT", fault: { kind: "HIDDEN", ms: 10_000, isCut: true } });
    await expect(alice.place({ newClientOrderId: "a" })).rejects.toThrow();
    expect(outcome(await alice.order("a"))).toBe("400 -2013 Order does not exist.");
    clock.advance(10_000);
    expect((await alice.order("a")).json).toMatchObject({ status: "NEW" });
    expect(stand.faults.counts).toEqual({ HIDDEN_AND_CUT: 1 });
  });
});

describe("faults", () => {
  test("given a page that is cut short, so it ends early", async () => {
    const { stand, alice } = await openStand();
    for (let n = 0; n < 3; n += 1) await alice.market({ quantity: "0.1" });
    stand.faults.queue({ on: "FILLS", fault: { kind: "PAGE_CUT", keep: 1 } });
    const page = async () => (await alice.signed("GET", "/api/v3/myTrades", { symbol: "BTCUSDT" })).list.length;
    expect([await page(), await page()]).toEqual([1, 3]);
  });

  test("given an operation, an account and a number of times, so they meet those alone, in turn", async () => {
    const { stand, alice, bob } = await openStand();
    stand.faults.queue({ on: "LOOKUP", account: "bob", times: 2, fault: namedFaults.notFound });
    stand.faults.queue({ on: "ANY", account: "bob", fault: namedFaults.busy });
    for (const each of [alice, bob]) await each.place({ newClientOrderId: "a" }).catch(() => {});
    expect(outcome(await alice.order("a"))).toBe("200");
    const seen = [await bob.order("a"), await bob.order("a"), await bob.order("a")].map(({ json }) => json.code);
    // What waits for anything met bob's new order.
    expect(seen).toEqual([-2013, -2013, -2013]);
    expect(stand.faults.counts).toEqual({ "ANSWERED_400_-2013_BEFORE": 2, "ANSWERED_503_-1008_BEFORE": 1 });
    stand.faults.queue({ on: "LOOKUP", fault: namedFaults.busy });
    stand.faults.clear();
    expect(outcome(await alice.order("a"))).toBe("200");
  });

  test("given shares of the requests and a seed, so the same ones meet the same faults each time", async () => {
    const run = async (seed: number) => {
      const { stand, alice } = await openStand();
      stand.faults.setRates(seed, [
        { on: "LOOKUP", share: 0.3, fault: namedFaults.busy },
        { on: "LOOKUP", share: 0.3, fault: namedFaults.wrongKey },
        { on: "SUBMIT", share: 1, fault: namedFaults.cutBefore },
      ]);
      const seen: unknown[] = [];
      for (let n = 0; n < 60; n += 1) seen.push((await alice.order("a")).json.code);
      await expect(alice.place()).rejects.toThrow();
      return { seen, counts: stand.faults.counts };
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other.seen).not.toEqual(first.seen);
    expect(first.counts["ANSWERED_503_-1008_BEFORE"]).toBeGreaterThan(5);
    expect(first.counts["ANSWERED_401_-2015_BEFORE"]).toBeGreaterThan(3);
    expect(first.seen.filter((code) => code === -2013).length).toBeGreaterThan(10);
  });

  test("given an outage, so connections are refused, open ones break, and afterwards the port is the same", async () => {
    const { stand, alice } = await openStand();
    await alice.place({ newClientOrderId: "a" });
    const { origin } = stand;
    await stand.outage(true);
    const refused = await alice.get("/api/v3/ping").catch((error: Error) => error.cause);
    expect(refused).toMatchObject({ code: "ECONNREFUSED" });
    await stand.outage(true);
    await stand.outage(false);
    expect(stand.origin).toBe(origin);
    expect(outcome(await alice.order("a"))).toBe("200");
    await stand.outage(false);
  });
});
