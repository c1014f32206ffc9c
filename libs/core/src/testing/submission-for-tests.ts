import { submit } from "../execution/submit.ts";
import { price } from "../money/price.ts";
import type { Instruction } from "../order/instruction.ts";
import type { OrderEvent } from "../order/order-event.ts";
import { venueOrderId } from "../order/order-id.ts";
import type { SubmitOutcome } from "../venue/venue.ts";
import { attemptFor, deskForTests, fenceFor, orderAfter, type TestDeskOptions } from "./desk-for-tests.ts";
import type { VenueScript } from "./scripted-venue.ts";

export const accepted: SubmitOutcome = {
  kind: "ACCEPTED",
  venueOrderId: venueOrderId("V1"),
  rawAnswer: '{"id":1}',
};

export async function acceptAll(): Promise<SubmitOutcome> {
  return accepted;
}

export interface SubmissionOptions {
  readonly script?: VenueScript;
  readonly events?: readonly OrderEvent[];
  readonly instruction?: Partial<Instruction>;
  /** What the venue quotes when it prepares. */
  readonly quotedPrice?: string;
  readonly options?: TestDeskOptions;
}

/** A PENDING order, or what `events` made of it, under a lease, at a venue that prepares what it is asked for. */
export async function submissionFor(given: SubmissionOptions = {}) {
  const { script = {}, events = [], instruction = {}, quotedPrice, options = {} } = given;
  const test = deskForTests(options);
  const quoted = quotedPrice === undefined ? {} : { quotedPrice: price(quotedPrice) };
  const prepare: VenueScript["prepare"] = async (request) => ({
    kind: "PREPARED",
    attempt: { ...attemptFor(test, request), ...quoted },
  });
  Object.assign(test.venue.script, { prepare, ...script });
  const order = await orderAfter(test, events, instruction);
  const fence = await fenceFor(test);
  test.committed.length = 0;
  return { ...test, order, fence, submitted: () => submit(test.desk, test.entry, order, fence) };
}
