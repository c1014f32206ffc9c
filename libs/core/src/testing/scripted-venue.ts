import type { SubmitKey } from "../order/order-id.ts";
import type { Venue } from "../venue/venue.ts";

/** The methods that a test expects to be called, and what they answer; may be replaced while it runs. */
export type VenueScript = { -readonly [Method in keyof Venue]?: NonNullable<Venue[Method]> };

type AboutAttempt = "submit" | "lookup" | "cancel";

/** A call as the venue got it, without its signal. */
export interface ScriptedCall {
  readonly method: keyof Venue;
  readonly with: readonly unknown[];
}

/**
 * A venue behind its port that does what a test says. A method without a script must not be called: it throws, and
 * since whoever calls it may catch that, it is kept among `surprises` too.
 */
export class ScriptedVenue implements Venue {
  readonly script: VenueScript;
  readonly calls: ScriptedCall[] = [];
  readonly surprises: string[] = [];
  readonly #keys: { readonly method: AboutAttempt; readonly submitKey: SubmitKey }[] = [];
  /** As with every venue, these exist only where it can do them. */
  readonly watch?: NonNullable<Venue["watch"]>;
  readonly cancelAll?: NonNullable<Venue["cancelAll"]>;

  constructor(script: VenueScript = {}) {
    this.script = script;
    const { watch, cancelAll } = script;
    if (cancelAll !== undefined) {
      this.cancelAll = async (...call) => this.#called("cancelAll", call.slice(0, -1), this.script.cancelAll)(...call);
    }
    if (watch !== undefined) this.watch = (account, signal) => this.#called("watch", [account], watch)(account, signal);
  }

  async instruments(...call: Parameters<Venue["instruments"]>) {
    return this.#called("instruments", [], this.script.instruments)(...call);
  }

  async prices(...call: Parameters<Venue["prices"]>) {
    return this.#called("prices", call.slice(0, -1), this.script.prices)(...call);
  }

  async balances(...call: Parameters<Venue["balances"]>) {
    return this.#called("balances", call.slice(0, -1), this.script.balances)(...call);
  }

  async prepare(...call: Parameters<Venue["prepare"]>) {
    return this.#called("prepare", call.slice(0, -1), this.script.prepare)(...call);
  }

  async submit(...call: Parameters<Venue["submit"]>) {
    this.#keys.push({ method: "submit", submitKey: call[1].submitKey });
    return this.#called("submit", call.slice(0, -1), this.script.submit)(...call);
  }

  async lookup(...call: Parameters<Venue["lookup"]>) {
    this.#keys.push({ method: "lookup", submitKey: call[0].submitKey });
    return this.#called("lookup", call.slice(0, -1), this.script.lookup)(...call);
  }

  async cancel(...call: Parameters<Venue["cancel"]>) {
    this.#keys.push({ method: "cancel", submitKey: call[0].submitKey });
    return this.#called("cancel", call.slice(0, -1), this.script.cancel)(...call);
  }

  async openOrders(...call: Parameters<Venue["openOrders"]>) {
    return this.#called("openOrders", call.slice(0, -1), this.script.openOrders)(...call);
  }

  async fillsSince(...call: Parameters<Venue["fillsSince"]>) {
    return this.#called("fillsSince", call.slice(0, -1), this.script.fillsSince)(...call);
  }

  async close() {}

  /** What each call of `method` was made with, in turn. */
  callsOf(method: keyof Venue): readonly (readonly unknown[])[] {
    return this.calls.filter((call) => call.method === method).map((call) => call.with);
  }

  /** The submit keys that calls of `method` named, in turn. */
  keysOf(method: AboutAttempt): readonly SubmitKey[] {
    return this.#keys.filter((call) => call.method === method).map(({ submitKey }) => submitKey);
  }

  #called<Method extends (...call: never) => unknown>(
    name: keyof Venue,
    call: readonly unknown[],
    method?: Method,
  ): Method {
    this.calls.push({ method: name, with: call });
    if (method !== undefined) return method;
    this.surprises.push(`${name}(${JSON.stringify(call)})`);
    throw new Error(`venue.${name} must not be called`);
  }
}
