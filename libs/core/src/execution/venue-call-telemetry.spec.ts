import { trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import type { Order } from "../order/order.ts";
import { OrderTelemetry, type VenueCall } from "../telemetry/order-telemetry.ts";
import { attemptFor, deskForTests, fenceFor, orderAfter, pathTo, type TestDesk } from "../testing/desk-for-tests.ts";
import { after, lost } from "../testing/order-fixtures.ts";
import type { VenueScript } from "../testing/scripted-venue.ts";
import { acceptAll } from "../testing/submission-for-tests.ts";
import { lookUp } from "../tracking/look-up.ts";
import { sendCancel } from "./send-cancel.ts";
import { submit } from "./submit.ts";

/** Keeps the venue calls that are told, and the state of their order by then. */
class CallsTold extends OrderTelemetry {
  readonly calls: (VenueCall & { readonly state: Order["state"] })[] = [];

  override venueCall({ state }: Order, call: VenueCall): void {
    this.calls.push({ state, ...call });
  }
}

/** An order whose venue takes 30 ms for each answer. */
async function setUp(phase: keyof typeof pathTo, script: VenueScript) {
  const told = new CallsTold(trace.getTracer("none"), { newSpanId: () => "", presetNext() {} });
  const test: TestDesk = deskForTests({ desk: { telemetry: told } });
  const slowly = Object.entries(script).map(([name, answer]) => [
    name,
    async (...given: never[]) => {
      test.clock.advance(30);
      return Reflect.apply(answer, undefined, given);
    },
  ]);
  Object.assign(test.venue.script, Object.fromEntries(slowly));
  return { ...test, told, order: await orderAfter(test, pathTo[phase]) };
}

const during = (from: number, number: number) => ({
  startedAt: after(from),
  endedAt: after(from + 30),
  attemptNumber: number,
});

describe("a venue call is told, once its answer is recorded, with its time, outcome and attempt", () => {
  it("given an attempt, so its preparing and its sending", async () => {
    const test = await setUp("FAILED_WILL_RETRY", { submit: acceptAll });
    test.venue.script.prepare = async (request) => {
      const attempt = attemptFor(test, request);
      test.clock.advance(30);
      return { kind: "PREPARED", attempt };
    };
    await submit(test.desk, test.entry, test.order, await fenceFor(test));
    expect(test.told.calls).toEqual([
      { operation: "prepare", state: "SUBMITTED", outcome: "PREPARED", ...during(0, 2) },
      { operation: "submit", state: "CONFIRMING", outcome: "ACCEPTED", ...during(30, 2) },
    ]);
  });

  it("given an attempt that can't be prepared, so only that", async () => {
    const test = await setUp("PENDING", { prepare: async () => ({ kind: "FAILED", error: lost }) });
    await submit(test.desk, test.entry, test.order, await fenceFor(test));
    expect(test.told.calls).toMatchObject([{ operation: "prepare", outcome: "FAILED", ...during(0, 1) }]);
  });

  it("given a look-up, so that", async () => {
    const test = await setUp("IN_DOUBT", { lookup: async () => ({ kind: "UNAVAILABLE", error: lost }) });
    await lookUp(test.desk, test.entry, test.order);
    expect(test.told.calls).toEqual([
      { operation: "lookup", state: "IN_DOUBT", outcome: "UNAVAILABLE", ...during(0, 1) },
    ]);
  });

  it("given a cancel, so that", async () => {
    const test = await setUp("CANCELLING", { cancel: async () => ({ kind: "ACCEPTED" }) });
    await sendCancel(test.desk, test.entry, test.order);
    expect(test.told.calls).toEqual([
      { operation: "cancel", state: "CANCELLING", outcome: "ACCEPTED", ...during(0, 1) },
    ]);
  });
});
