import { join } from "node:path";
import { parseCompactSubmitKey } from "@surefill/venue-ccxt";
import { instrument } from "../../order-plan.ts";
import type { CrashVenue, LinePlan, VenueTerms } from "../crash-venue.ts";
import { hiddenMsMax } from "./fault-rates.ts";
import { StandProcess } from "./stand-process.ts";

/** The ccxt venue's binance at the local exchange, which itself does what goes wrong. */
export class BinanceVenue implements CrashVenue {
  readonly name = "binance";
  /** Of 50 orders in ten seconds each account uses 36 (`rateBudget`), second attempts included. */
  readonly orderEveryMs = 130;
  readonly parseSubmitKey = parseCompactSubmitKey;
  readonly #terms: VenueTerms;

  constructor(terms: VenueTerms) {
    this.#terms = terms;
  }

  get env(): Readonly<Record<string, string>> {
    const named = this.#terms.accounts.map((account) => ({ ...variablesOf(account), ...keysOf(account) }));
    return Object.fromEntries(
      named.flatMap(({ apiKeyName, secretName, apiKey, secret }) => [
        [apiKeyName, apiKey],
        [secretName, secret],
      ]),
    );
  }

  configOf(linePort: number) {
    const credentials = this.#terms.accounts.map((account) => {
      const { apiKeyName, secretName } = variablesOf(account);
      return [account, { apiKey: { env: apiKeyName }, secret: { env: secretName } }];
    });
    return {
      plugin: "@surefill/venue-ccxt",
      config: {
        ...{ exchange: "binance", mode: "local", origin: `http://127.0.0.1:${linePort}` },
        instruments: [instrument],
        credentials: Object.fromEntries(credentials),
        requestWindowMs: this.#terms.requestWindowMs,
        answerMsMax: 4_000,
        lookupLagMs: hiddenMsMax + 200,
      },
    };
  }

  open(lines: readonly LinePlan[], { faults }: { readonly faults: boolean }): Promise<StandProcess> {
    const { accounts, folder, ...rest } = this.#terms;
    const keyed = accounts.map((account) => ({ account, ...keysOf(account) }));
    return StandProcess.open({
      ...rest,
      folder,
      accounts: keyed,
      logFile: join(folder, "exchange.jsonl"),
      lines,
      faults,
    });
  }
}

/** The environment variables that hold an account's keys. */
function variablesOf(account: string) {
  const name = account.toUpperCase().replaceAll("-", "_");
  return { apiKeyName: `CRASH_KEY_${name}`, secretName: `CRASH_SECRET_${name}` };
}

/** Keys that are none of anybody's: the exchange is this machine's own. */
function keysOf(account: string) {
  return { apiKey: `key-of-${account}`, secret: `secret-of-${account}` };
}
