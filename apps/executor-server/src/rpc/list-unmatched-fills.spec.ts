import { Code, ConnectError } from "@connectrpc/connect";
import { Liquidity } from "@surefill/contracts/surefill/v1/order";
import {
  accountId,
  amount,
  instrumentId,
  price,
  quantity,
  submitKey,
  type UnmatchedFill,
  venueFillId,
  venueId,
  venueOrderId,
  wallTime,
} from "@surefill/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestServer, type TestServer } from "../testing/open-test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ latencySubmitMs: 1, latencyConfirmMs: 1 }, { withTracker: false });
});
afterAll(() => server.close());

const at = wallTime(1_790_000_000_000_000);

function unmatched(account: string, number: number, rest: Partial<UnmatchedFill> = {}): UnmatchedFill {
  return {
    ...{ venue: venueId("sim"), account: accountId(account), keptAt: at },
    fill: {
      ...{ venueFillId: venueFillId(`f${number}`), venueOrderId: venueOrderId("v1"), venueTime: at },
      ...{ lastQuantity: quantity("0.5"), lastPrice: price("10000") },
    },
    ...rest,
  };
}

describe("ListUnmatchedFills", () => {
  it("given none, so an empty page, and no other", async () => {
    expect(await server.control.listUnmatchedFills({ account: "paper", venue: "sim" })).toMatchObject({
      fills: [],
      nextPageToken: "",
    });
  });

  it("given more than a page, so each of the account comes once, the first one first", async () => {
    const { unmatchedFills } = server.desk.store;
    await unmatchedFills.keep([1, 2, 3, 4, 5].map((number) => unmatched("paper", number)));
    await unmatchedFills.keep([unmatched("second", 6)]);
    const seen: string[] = [];
    let pageToken = "";
    for (let page = 0; page < 4; page += 1) {
      const answer = await server.control.listUnmatchedFills({
        account: "paper",
        venue: "sim",
        pageSize: 2,
        pageToken,
      });
      seen.push(...answer.fills.map((fill) => fill.venueFillId));
      pageToken = answer.nextPageToken;
      if (pageToken === "") break;
    }
    expect(seen).toEqual(["f1", "f2", "f3", "f4", "f5"]);
    expect(pageToken).toBe("");
    const elsewhere = await server.control.listUnmatchedFills({ account: "paper", venue: "elsewhere" });
    expect(elsewhere.fills).toEqual([]);
  });

  it("given what the venue told, so all of it is there", async () => {
    const { fill, ...rest } = unmatched("third", 1);
    const told: UnmatchedFill = {
      ...rest,
      ...{ instrument: instrumentId("BTC/USDT"), submitKey: submitKey("sim_x") },
      fill: { ...fill, liquidity: "MAKER", fee: { asset: "USDT", amount: amount("-0.1") } },
    };
    await server.desk.store.unmatchedFills.keep([told]);
    const { fills } = await server.control.listUnmatchedFills({ account: "third", venue: "sim" });
    expect(fills).toMatchObject([
      {
        ...{ account: "third", venue: "sim", instrument: "BTC/USDT", submitKey: "sim_x" },
        ...{ venueFillId: "f1", venueOrderId: "v1", lastQuantity: "0.5", lastPrice: "10000" },
        ...{ fee: { asset: "USDT", amount: "-0.1" }, liquidity: Liquidity.MAKER },
        ...{ venueTime: { seconds: 1_790_000_000n }, keepTime: { seconds: 1_790_000_000n } },
      },
    ]);
  });

  it.each([
    ["no account", { account: "", venue: "sim" }],
    ["no venue", { account: "paper", venue: "" }],
    ["a page token of another list", { account: "paper", venue: "sim", pageToken: "abc" }],
    ["a page of negative size", { account: "paper", venue: "sim", pageSize: -1 }],
  ])("given %s, so it is refused", async (_given, request) => {
    const refusal = await server.control.listUnmatchedFills(request).catch((thrown: unknown) => thrown);
    expect(ConnectError.from(refusal).code).toBe(Code.InvalidArgument);
  });
});
