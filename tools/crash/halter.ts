import type { Client } from "@connectrpc/connect";
import { type ControlService, TradingState } from "@surefill/contracts/surefill/v1/control_service";
import { CancelAllState, CancelScope, type ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { compare, type Quantity, remainingQuantity, zeroQuantity } from "@surefill/core";
import type { Patience } from "./patience.ts";
import type { VenueEvent } from "./venue/venue-event.ts";
import type { Finding } from "./verdict.ts";

/** A halt from its answer to the moment in which it was about to be lifted; milliseconds since 1970. */
export interface Halt {
  readonly account: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Attempts that the answer named as not settled yet. */
  readonly pending: ReadonlySet<string>;
  /** Halted by a CancelAll that was done by then. */
  readonly emptied: boolean;
}

/** How long a halt waits for attempts that are under way, and the whole call for its answer. */
const waitSeconds = 5;
const callMsMax = 8_000;
const haltedMs = 1_500;
/** Two processes of one machine may tell the time that differently. */
const clocksApartMs = 10;

/** What an operator calls at one server. */
export interface Operator {
  readonly control: Client<typeof ControlService>;
  readonly execution: Client<typeof ExecutionService>;
}

/** An operator who halts an account for a while, every second time by cancelling all it has, whatever dies meanwhile. */
export class Halter {
  readonly halts: Halt[] = [];
  readonly #patience: Patience<Operator>;
  #running: Promise<void> = Promise.resolve();

  constructor(patience: Patience<Operator>) {
    this.#patience = patience;
  }

  /** Halts the account once halts before it are over, and lifts that again. */
  halt(account: string): void {
    this.#running = this.#running.then(() => this.#haltOnce(account));
    this.#running.catch(() => {});
  }

  /** Resolves when every halt is lifted. @throws what a call ended with that no repetition helps. */
  done(): Promise<void> {
    return this.#running;
  }

  async #haltOnce(account: string): Promise<void> {
    const emptied = this.halts.length % 2 === 1;
    const pendingAttempts = emptied
      ? await this.#cancelAll(account, `crash-${this.halts.length}`)
      : (await this.#set(account, TradingState.HALTED)).pendingAttempts;
    const fromMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, haltedMs));
    const toMs = Date.now();
    const pending = new Set(pendingAttempts.map(({ submitKey }) => submitKey));
    this.halts.push({ account, fromMs, toMs, pending, emptied });
    await this.#set(account, TradingState.ACTIVE);
  }

  #set(account: string, state: TradingState) {
    const wait = { seconds: BigInt(waitSeconds), nanos: 0 };
    const request = { scope: { account }, state, operator: "crash", reason: "planned", wait };
    return this.#patience.repeat(({ control }) => control.setTradingState(request, { timeoutMs: callMsMax }));
  }

  /** Follows one CancelAll over all its servers' deaths until it is done; nothing is pending then. */
  async #cancelAll(account: string, requestId: string): Promise<readonly never[]> {
    const request = { scope: CancelScope.ALL_AT_VENUE, account, reason: "planned", operator: "crash", requestId };
    for (;;) {
      const state = await this.#patience.repeat(async ({ execution }) => {
        let last: CancelAllState | undefined;
        for await (const { campaign } of execution.cancelAll(request, { timeoutMs: callMsMax })) last = campaign?.state;
        return last;
      });
      if (state === CancelAllState.DONE) return [];
      if (state === CancelAllState.INCOMPLETE) throw new Error(`CancelAll ${requestId} of ${account} is incomplete`);
    }
  }
}

/** Attempts that the venue took for an account after its halt was answered and before it was lifted. */
export function sentWhileHalted(halts: readonly Halt[], events: Iterable<VenueEvent>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const event of events) {
    if (event.type !== "ACCEPTED") continue;
    const { atMs } = event;
    const halt = halts.find(
      ({ account, fromMs, toMs, pending }) =>
        account === event.account &&
        fromMs + clocksApartMs < atMs &&
        atMs < toMs - clocksApartMs &&
        !pending.has(event.submitKey),
    );
    if (halt === undefined) continue;
    const halted = new Date(halt.fromMs).toISOString();
    findings.push({ order: event.submitKey, why: `taken at ${new Date(atMs).toISOString()}, halted since ${halted}` });
  }
  return findings;
}

/** Orders of an account that were open at the venue after a CancelAll of it was done, and before that was lifted. */
export function openAfterCancelAll(halts: readonly Halt[], events: Iterable<VenueEvent>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { submitKey, account, fromMs, toMs } of lifetimes(events)) {
    const halt = halts.find(
      (one) => one.emptied && one.account === account && fromMs < one.fromMs && toMs > one.fromMs + clocksApartMs,
    );
    if (halt === undefined) continue;
    findings.push({
      order: submitKey,
      why: `open after ${new Date(halt.fromMs).toISOString()}, when all was cancelled`,
    });
  }
  return findings;
}

interface Lifetime {
  readonly submitKey: string;
  readonly account: string;
  /** Milliseconds since 1970; without end for what is open. */
  readonly fromMs: number;
  toMs: number;
  left: Quantity;
}

/** When each venue order was open. */
function lifetimes(events: Iterable<VenueEvent>): Iterable<Lifetime> {
  const lives = new Map<string, Lifetime>();
  for (const event of events) {
    if (event.type === "REFUSED") continue;
    const { submitKey, account, atMs } = event;
    if (event.type === "ACCEPTED") {
      lives.set(submitKey, { submitKey, account, fromMs: atMs, toMs: Number.POSITIVE_INFINITY, left: event.quantity });
      continue;
    }
    const life = lives.get(submitKey);
    if (life === undefined) continue;
    if (event.type === "FILLED") life.left = remainingQuantity(life.left, event.quantity);
    if (event.type !== "FILLED" || compare(life.left, zeroQuantity) === 0) life.toMs = atMs;
  }
  return lives.values();
}
