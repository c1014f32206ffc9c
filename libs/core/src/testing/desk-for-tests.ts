import { trace } from "@opentelemetry/api";
import { expect, onTestFinished } from "vitest";
import { commitTransitions } from "../desk/commit-transitions.ts";
import type { Desk } from "../desk/desk.ts";
import { guardVenue } from "../gate/guard-venue.ts";
import { SeededRandom } from "../id/seeded-random.ts";
import { uuidV7 } from "../id/uuid-v7.ts";
import { defaultCollarBps } from "../instrument/check-market.ts";
import { changeOrder, type OrderTransitions, placedRecord } from "../order/change-order.ts";
import type { Instruction } from "../order/instruction.ts";
import { attemptOf, type Order } from "../order/order.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { clientOrderId, orderId, type SubmitKey, submitKey } from "../order/order-id.ts";
import type { Phase } from "../order/order-state.ts";
import { defaultRetryPolicy } from "../retry/retry-policy.ts";
import type { LeaseFence } from "../store/order-change.ts";
import type { Store } from "../store/store.ts";
import type { GateMetrics } from "../telemetry/gate-metrics.ts";
import type { Log, LogFields } from "../telemetry/log.ts";
import { OrderTelemetry } from "../telemetry/order-telemetry.ts";
import { addMs } from "../time/wall-time.ts";
import type { Capabilities } from "../venue/capabilities.ts";
import type { AttemptRequest, PreparedAttempt } from "../venue/venue.ts";
import type { VenueEntry } from "../venue/venue-directory.ts";
import { ManualClock } from "./manual-clock.ts";
import { openMemoryStore } from "./memory-store.ts";
import { MemoryTables } from "./memory-store-tables.ts";
import { limitBuy, orderIn, sampleEvents, testAccount, testVenue } from "./order-fixtures.ts";
import { ScriptedVenue, type VenueScript } from "./scripted-venue.ts";
import { btcUsdt, manifestOf } from "./venue-fixtures.ts";

/** What orders are executed and tracked on in tests: a desk on fakes, and the fakes to look into. */
export interface TestDesk {
  readonly desk: Desk;
  readonly clock: ManualClock;
  readonly store: Store;
  readonly tables: MemoryTables;
  readonly venue: ScriptedVenue;
  readonly entry: VenueEntry;
  /** Every change that became durable, in turn. */
  readonly committed: OrderTransitions[];
  /** The fields of what was logged as a warning or an error. */
  readonly complaints: LogFields[];
}

export interface TestDeskOptions {
  readonly script?: VenueScript;
  readonly capabilities?: Partial<Capabilities>;
  readonly entry?: Partial<VenueEntry>;
  readonly desk?: Partial<Desk>;
  /** Of the venue's gate. */
  readonly policies?: Parameters<typeof guardVenue>[2];
  /** Where the gate counts. */
  readonly gateMetrics?: GateMetrics;
  /** Replaces ports of the store, for faults. */
  readonly store?: (store: Store, clock: ManualClock) => Partial<Store>;
  /** Shared with another desk: two processes on one database. */
  readonly beside?: TestDesk;
}

export const venueAccount = { venue: testVenue, account: testAccount };

/** A desk for one test, which fails if a venue method is called that has no script. */
export function deskForTests(options: TestDeskOptions = {}): TestDesk {
  const { beside } = options;
  const clock = beside?.clock ?? new ManualClock();
  const tables = beside?.tables ?? new MemoryTables();
  const memory = openMemoryStore(clock, tables);
  const store: Store = { ...memory, ...options.store?.(memory, clock) };
  // Every start asks what is open: nothing, unless a test says otherwise.
  const venue = new ScriptedVenue({ openOrders: async () => [], ...options.script });
  onTestFinished(() => expect(venue.surprises).toEqual([]));
  const bare: VenueEntry = {
    venueId: testVenue,
    plugin: "scripted",
    manifest: manifestOf(options.capabilities),
    venue,
    accounts: [testAccount],
    instruments: new Map([[btcUsdt.symbol, btcUsdt]]),
    concurrencyMax: 1,
    collarBps: defaultCollarBps,
    ...options.entry,
  };
  const committed: OrderTransitions[] = [];
  const complaints: LogFields[] = [];
  const complain = (fields: LogFields) => complaints.push(fields);
  const log: Log = { debug() {}, info() {}, warn: complain, error: complain };
  const { gateMetrics } = options;
  const counted = gateMetrics === undefined ? {} : { metrics: gateMetrics };
  const entry = guardVenue(bare, { clock, log, rates: store.rates, ...counted }, options.policies);
  const desk: Desk = {
    store,
    venues: new Map([[entry.venueId, entry]]),
    clock,
    random: new SeededRandom(beside === undefined ? 1 : 2),
    log,
    telemetry: new OrderTelemetry(trace.getTracer("none"), { newSpanId: () => "", presetNext() {} }),
    retryPolicy: { ...defaultRetryPolicy, jitterRatioMax: 0 },
    onCommitted: (_before, change) => committed.push(change),
    ...options.desk,
  };
  return { desk, clock, store, tables, venue, entry, committed, complaints };
}

/** A durable order that the events have happened to, each in a commit of its own; confirmable until 10 s later. */
export async function orderAfter(
  { desk }: Pick<TestDesk, "desk">,
  events: readonly OrderEvent[] = [],
  rest: Partial<Instruction> = {},
  begins: "PENDING" | "AWAITING_CONFIRMATION" = "PENDING",
): Promise<Order> {
  const now = desk.clock.wall();
  const id = orderId(uuidV7(now, desk.random));
  const instruction = { ...limitBuy, clientOrderId: clientOrderId(id), ...rest };
  let order: Order = {
    ...orderIn(begins),
    ...{ orderId: id, instruction, version: 1, requestedAt: now, updatedAt: now, stateTimes: { [begins]: now } },
  };
  await commitTransitions(desk, undefined, { order, records: [placedRecord(order)], fills: [], postings: [] });
  for (const happened of events) {
    const event = ofOrder(happened, order);
    const change = changeOrder(order, [event], desk.clock.wall());
    const number = attemptOf(change.order)?.number ?? 0;
    const attempt = { kind: "PREPARED", number, payload: new Uint8Array() } as const;
    await commitTransitions(desk, order, change, event.type === "ATTEMPT_PREPARED" ? { attempt } : {});
    order = change.order;
  }
  return order;
}

/** Submit keys are unique at a venue, so that of the sample event becomes the order's own. */
function ofOrder(event: OrderEvent, order: Order): OrderEvent {
  if (event.type !== "ATTEMPT_PREPARED") return event;
  return { ...event, submitKey: keyOf(order.orderId, order.attemptCount + 1) };
}

/** What brings an order to a phase that its attempt is known in, or where it never had one. */
export const pathTo = {
  PENDING: [],
  SUBMITTED: [sampleEvents.ATTEMPT_PREPARED],
  IN_DOUBT: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.ANSWER_LOST],
  CONFIRMING: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.ACCEPTED],
  PARTIALLY_FILLED: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.ACCEPTED, sampleEvents.FILLED_PARTLY],
  CANCELLING: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.ACCEPTED, sampleEvents.CANCEL_REQUESTED],
  FAILED_WILL_RETRY: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.RETRY_SCHEDULED],
  FAILED_FINAL: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.FAILED],
  FILLED: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.FILLED_FULLY],
  CANCELLED: [sampleEvents.CANCEL_REQUESTED],
  EXPIRED: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.EXPIRED],
  REJECTED: [sampleEvents.ATTEMPT_PREPARED, sampleEvents.REJECTED],
} as const satisfies Partial<Record<Phase, readonly OrderEvent[]>>;

/** The attempt of a test: named after its order and number, valid for 5 s. */
export function attemptFor(
  { clock }: Pick<TestDesk, "clock">,
  { orderId: id, number }: AttemptRequest,
): PreparedAttempt {
  const payload = new TextEncoder().encode(`payload ${number}`);
  return { submitKey: keyOf(id, number), validUntil: addMs(clock.wall(), 5_000), payload };
}

/** The submit key that `attemptFor` gives an order's attempt. */
export function keyOf(id: string, number: number): SubmitKey {
  return submitKey(`${id}-${number}`);
}

/** Takes the lease for `owner`, as an executor does before it submits. */
export async function fenceFor({ store }: Pick<TestDesk, "store">, owner = "server-1"): Promise<LeaseFence> {
  const answer = await store.leases.acquire(venueAccount, owner, 10_000);
  if (answer.kind !== "HELD") throw new Error(`the lease is held by ${answer.owner}`);
  return { venueAccount, epoch: answer.epoch };
}

/** Reads an order again; it must exist. */
export async function stored(
  { store }: Pick<TestDesk, "store">,
  { orderId: id }: Pick<Order, "orderId">,
): Promise<Order> {
  const order = await store.orders.find(id);
  if (order === undefined) throw new Error(`no order ${id}`);
  return order;
}
