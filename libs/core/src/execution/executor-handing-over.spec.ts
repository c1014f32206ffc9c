import { describe, expect, it, onTestFinished } from "vitest";
import {
  attemptFor,
  deskForTests,
  keyOf,
  orderAfter,
  pathTo,
  stored,
  type TestDeskOptions,
} from "../testing/desk-for-tests.ts";
import { after } from "../testing/order-fixtures.ts";
import { pass, settle } from "../testing/settle.ts";
import { acceptAll } from "../testing/submission-for-tests.ts";
import { venueId } from "../venue/venue-id.ts";
import { Executor } from "./executor.ts";

function serverOf(options: TestDeskOptions = {}) {
  const test = deskForTests({ script: { submit: acceptAll }, ...options });
  test.venue.script.prepare = async (request) => ({ kind: "PREPARED", attempt: attemptFor(test, request) });
  const executor = new Executor(test.desk, "server-1");
  const stop = async () => {
    const stopping = executor.stop();
    await pass(test.clock, 20_000, 1_000);
    await stopping;
  };
  return { ...test, executor, stop };
}

describe("an order that is handed over", () => {
  it("given a server that holds the lease, so it is sent", async () => {
    const server = serverOf();
    onTestFinished(server.stop);
    await server.executor.start();
    const order = await orderAfter(server);
    server.executor.act(order);
    await settle();
    expect(server.venue.keysOf("submit")).toEqual([keyOf(order.orderId, 1)]);
  });

  it("given a server that has no lease yet, so it is left to who has", async () => {
    const server = serverOf();
    onTestFinished(server.stop);
    server.executor.act(await orderAfter(server));
    await settle();
    expect(server.venue.calls).toEqual([]);
    await server.executor.start();
    await pass(server.clock, 1_000, 50);
    expect(server.venue.callsOf("submit")).toHaveLength(1);
  });

  it("given a venue that is not configured, so it is left alone", async () => {
    const server = serverOf();
    onTestFinished(server.stop);
    await server.executor.start();
    const order = await orderAfter(server, [], { venue: venueId("elsewhere") });
    expect(() => server.executor.act(order)).not.toThrow();
    await pass(server.clock, 1_000, 50);
    expect(server.venue.callsOf("prepare")).toEqual([]);
  });

  it("given a server that stops, so it stays due, for the next one", async () => {
    const server = serverOf();
    await server.executor.start();
    const order = await orderAfter(server);
    const stopping = server.executor.stop();
    server.executor.act(order);
    await pass(server.clock, 1_000, 50);
    await stopping;
    expect(server.venue.calls.filter(({ method }) => method !== "openOrders")).toEqual([]);
  });
});

describe("an order that is handed over too early or too late", () => {
  it("given a retry that is not due yet, so it waits until then", async () => {
    const server = serverOf();
    onTestFinished(server.stop);
    await server.executor.start();
    const order = await orderAfter(server, pathTo.FAILED_WILL_RETRY);
    for (const [ms, sent] of [
      [0, 0],
      [999, 0],
      [1, 1],
    ] as const) {
      server.clock.advance(ms);
      server.executor.act(order);
      await settle();
      expect(server.venue.callsOf("submit")).toHaveLength(sent);
    }
  });

  it.each(["SUBMITTED", "IN_DOUBT", "CONFIRMING", "PARTIALLY_FILLED", "FAILED_FINAL", "CANCELLED"] as const)(
    "given %s, so nothing is done, and nothing goes wrong",
    async (phase) => {
      const server = serverOf();
      onTestFinished(server.stop);
      await server.executor.start();
      const order = await orderAfter(server, pathTo[phase]);
      server.executor.act(order);
      await settle();
      expect(server.venue.callsOf("prepare")).toEqual([]);
      expect(server.complaints).toEqual([]);
    },
  );
});

describe("an order that is handed over while the venue leaves a submission unanswered", () => {
  async function busyServer() {
    const server = serverOf();
    onTestFinished(server.stop);
    let isHeld = true;
    server.venue.script.submit = async () => {
      if (!isHeld) return { kind: "ACCEPTED" };
      isHeld = false;
      return new Promise(() => undefined);
    };
    server.venue.script.cancel = async () => ({ kind: "ACCEPTED" });
    await server.executor.start();
    server.executor.act(await orderAfter(server));
    await settle();
    return server;
  }

  it("given a new entry, so it waits", async () => {
    const server = await busyServer();
    server.executor.act(await orderAfter(server));
    await settle();
    expect(server.venue.callsOf("submit")).toHaveLength(1);
  });

  it("given an exit, so it is sent at once", async () => {
    const server = await busyServer();
    server.executor.act(await orderAfter(server, [], { purpose: "EXIT", side: "SELL" }));
    await settle();
    expect(server.venue.callsOf("submit")).toHaveLength(2);
  });

  it("given a cancel, so it is sent at once", async () => {
    const server = await busyServer();
    server.executor.act(await orderAfter(server, pathTo.CANCELLING));
    await settle();
    expect(server.venue.callsOf("cancel")).toHaveLength(1);
  });

  it("given one that waits for a yes that did not come, so it ends at once", async () => {
    const server = await busyServer();
    const order = await orderAfter(server, [], {}, "AWAITING_CONFIRMATION");
    server.executor.act(order);
    await settle();
    expect((await stored(server, order)).state).toBe("CANCELLED");
  });

  it("given one that was never sent and whose time has passed, so it ends at once", async () => {
    const server = await busyServer();
    const order = await orderAfter(server, [], { expireTime: after(1) });
    server.clock.advance(2);
    server.executor.act(order);
    await settle();
    expect((await stored(server, order)).state).toBe("EXPIRED");
  });

  it("given one that is at the venue and whose time has passed, so its cancel is sent at once", async () => {
    const server = await busyServer();
    const order = await orderAfter(server, pathTo.CONFIRMING, { expireTime: after(1) });
    server.clock.advance(2);
    server.executor.act(order);
    await settle();
    expect(server.venue.keysOf("cancel")).toEqual([keyOf(order.orderId, 1)]);
  });
});

describe("an answer that is recorded", () => {
  it("leaves nothing behind: what the account has is not gone through again", async () => {
    let scans = 0;
    const server = serverOf({
      store: ({ orders }) => ({
        orders: {
          ...orders,
          async scanLive(...given) {
            if (given[2]?.states?.includes("SUBMITTED") === true) scans += 1;
            return orders.scanLive(...given);
          },
        },
      }),
    });
    onTestFinished(server.stop);
    await server.executor.start();
    await orderAfter(server);
    await pass(server.clock, 2_000, 50);
    expect(server.venue.callsOf("submit")).toHaveLength(1);
    expect(scans).toBe(1);
  });
});
