import { accountId, addMs } from "@surefill/core";
import { ManualClock } from "@surefill/core/testing";
import { describe, expect, test } from "vitest";
import { Caller, outcome } from "../testing/caller.ts";
import { openStand } from "../testing/open-stand.ts";
import { signatureOf } from "./authenticate.ts";

const account = "/api/v3/account";
const keyRefused = "401 -2015 Invalid API-key, IP, or permissions for action.";

describe("signed requests", () => {
  test("given the example of Binance's own documentation, so the signature is the one it gives", () => {
    const payload =
      "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559";
    const secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
    expect(signatureOf(payload, secret)).toBe("c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71");
  });

  test("given a key, a secret and a time that are right, so it is answered, whatever the case of its signature", async () => {
    const { stand, alice } = await openStand();
    expect(outcome(await alice.signed("GET", account))).toBe("200");
    const timestamp = stand.exchange.now();
    const signature = signatureOf(`timestamp=${timestamp}`, "alice-secret").toUpperCase();
    const headers = { "x-mbx-apikey": "alice-key" };
    expect(outcome(await alice.send("GET", account, { timestamp, signature }, headers))).toBe("200");
  });

  test.each([
    // given, headers, what is signed with, so
    ["no key", {}, "alice-secret", "401 -2014 API-key format invalid."],
    ["a key that nobody has", { "x-mbx-apikey": "x" }, "alice-secret", keyRefused],
    [
      "another's secret",
      { "x-mbx-apikey": "alice-key" },
      "bob-secret",
      "400 -1022 Signature for this request is not valid.",
    ],
  ])("given %s, so it is refused", async (_given, headers, secret, so) => {
    const { stand, alice } = await openStand();
    const timestamp = stand.exchange.now();
    const signature = signatureOf(`timestamp=${timestamp}`, secret);
    expect(outcome(await alice.send("GET", account, { timestamp, signature }, headers))).toBe(so);
  });

  test("given a parameter changed after signing, so the signature is refused", async () => {
    const { stand, alice } = await openStand();
    const timestamp = stand.exchange.now();
    const signature = signatureOf(`symbol=BTCUSDT&timestamp=${timestamp}`, "alice-secret");
    const headers = { "x-mbx-apikey": "alice-key" };
    const changed = await alice.send("GET", "/api/v3/openOrders", { symbol: "ETHUSDT", timestamp, signature }, headers);
    expect(changed.json).toMatchObject({ code: -1022 });
  });

  test("given no signature or no time, so what is missing is named", async () => {
    const { stand, alice } = await openStand();
    const headers = { "x-mbx-apikey": "alice-key" };
    const unstamped = await alice.send("GET", account, {}, headers);
    expect(unstamped.json).toMatchObject({ code: -1102, msg: expect.stringContaining("'timestamp'") });
    const unsigned = await alice.send("GET", account, { timestamp: stand.exchange.now() }, headers);
    expect(unsigned.json).toMatchObject({ code: -1102, msg: expect.stringContaining("'signature'") });
  });

  test("given a permission withdrawn, so what needs it is refused, until it is granted again", async () => {
    const { stand, alice, bob } = await openStand();
    stand.authentication.permit(accountId("alice"), "TRADE", false);
    expect(outcome(await alice.place())).toBe(keyRefused);
    expect(outcome(await alice.signed("GET", account))).toBe("200");
    expect(outcome(await bob.place())).toBe("200");
    stand.authentication.permit(accountId("alice"), "TRADE", true);
    expect(outcome(await alice.place())).toBe("200");
    expect(stand.events.filter(({ type }) => type === "ORDER_ACCEPTED")).toHaveLength(2);
  });
});

describe("a request's time", () => {
  const outside = "400 -1021 Timestamp for this request is outside of the recvWindow.";
  const ahead = "400 -1021 Timestamp for this request was 1000ms ahead of the server's time.";

  test.each([
    // sent so long ago (ms), recvWindow, so
    [0, undefined, "200"],
    [5_000, undefined, "200"],
    [5_001, undefined, outside],
    [1_000, "1000", "200"],
    [1_001, "1000", outside],
    [-999, undefined, "200"],
    [-1_000, undefined, ahead],
    [60_000, "60000", "200"],
    [0, "60001", "400 -1131 recvWindow must be less than 60000"],
    [
      0,
      "x",
      "400 -1100 Illegal characters found in parameter 'recvWindow'; legal range is '^[0-9]{1,6}(\\.[0-9]{1,3})?$'.",
    ],
  ])("given %d ms of age and recvWindow %s, so %s", async (ageMs, recvWindow, so) => {
    const { stand, alice } = await openStand({ clock: new ManualClock() });
    const timestamp = stand.exchange.now() - ageMs;
    const parameters = recvWindow === undefined ? { timestamp } : { timestamp, recvWindow };
    expect(outcome(await alice.signed("GET", account, parameters))).toBe(so);
  });

  test("given a clock of the exchange that goes wrong, so it judges by its own", async () => {
    const clock = new ManualClock();
    const { stand, alice } = await openStand({ clock });
    const timestamp = stand.exchange.now();
    stand.exchange.skew(6_000);
    expect(outcome(await alice.signed("GET", account, { timestamp }))).toBe(outside);
    expect((await new Caller(stand).get("/api/v3/time")).json).toEqual({ serverTime: timestamp + 6_000 });
    expect(stand.exchange.venueTime()).toBe(addMs(clock.wall(), 6_000));
    stand.exchange.skew(-2_000);
    expect(outcome(await alice.signed("GET", account, { timestamp }))).toBe(ahead);
  });

  test("given an order that comes in after its window, so the log tells that it did, and that it was refused for it", async () => {
    const { stand, alice } = await openStand();
    const order = { newClientOrderId: "late", timestamp: stand.exchange.now() - 6_000 };
    expect((await alice.place(order)).json).toMatchObject({ code: -1021 });
    expect(stand.events.slice(1)).toMatchObject([
      { type: "REQUEST_RECEIVED", operation: "SUBMIT", clientOrderId: "late" },
      { type: "ORDER_REFUSED", account: "alice", clientOrderId: "late", code: -1021 },
    ]);
    expect((await alice.signed("GET", account, { timestamp: 1_000_000_000_000 })).json).toMatchObject({ code: -1021 });
    expect(stand.events).toHaveLength(3);
  });
});
