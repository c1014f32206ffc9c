import { instrumentId, Secret } from "@surefill/core";
import { z } from "zod";

/** A credential: `{ "env": "NAME" }` in the configuration's file, which the process has resolved by now. */
const secret = z.custom<Secret>((value) => value instanceof Secret, {
  message: 'give { "env": "NAME" } with the name of the variable that holds it, never the text itself',
});

const symbol = z.string().transform((text, context) => {
  try {
    return instrumentId(text);
  } catch (thrown) {
    context.addIssue({ code: "custom", message: thrown instanceof Error ? thrown.message : String(thrown) });
    return z.NEVER;
  }
});

const instrumentsMax = 50;

const common = {
  /** ccxt's id of the exchange, such as "binance". */
  exchange: z.string().regex(/^[a-z0-9]{2,40}$/, 'a ccxt id such as "binance"'),
  /** What is traded there, by ccxt's symbols; of these alone fills are asked for. */
  instruments: z
    .array(symbol)
    .min(1)
    .max(instrumentsMax)
    .refine((all) => new Set(all).size === all.length, "a symbol is listed twice"),
  /** How long the exchange may accept a request after it was stamped, where its requests expire so early. */
  requestWindowMs: z.int().min(500).max(10_000).default(2_500),
  /** Hard deadline of one request, from its first byte to the last of its answer. */
  answerMsMax: z.int().min(50).max(14_000).default(8_000),
  /** How old the measured difference to the exchange's clock may be when a request is stamped. */
  clockAgeMsMax: z.int().min(100).max(600_000).default(60_000),
  /**
   * How long an accepted order may be missing from the exchange's look-ups: "not found" proves an attempt's absence
   * only so long after it could last be accepted.
   */
  lookupLagMs: z.int().min(0).max(300_000).default(10_000),
};

const credentials = z.record(
  z.string().regex(/^[A-Za-z0-9_-]{1,36}$/),
  z.strictObject({ apiKey: secret, secret, password: secret.exactOptional() }),
);

const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}$/;

/** Unknown keys are refused. Where orders go is never a default: `mode` must say it. */
export const configSchema = z.discriminatedUnion(
  "mode",
  [
    /** Prices alone, of the live exchange: for a paper venue that trades at them. Takes no orders and no keys. */
    z.strictObject({ ...common, mode: z.literal("prices") }),
    /** The exchange's own sandbox; refused where it has none that is surely not the live exchange. */
    z.strictObject({ ...common, mode: z.literal("testnet"), credentials }),
    /** Real money: said twice. */
    z.strictObject({ ...common, mode: z.literal("live"), liveTrading: z.literal(true), credentials }),
    /** A stand-in for the exchange on this machine, for tests. */
    z.strictObject({
      ...common,
      mode: z.literal("local"),
      origin: z.string().regex(loopback, "a loopback origin such as http://127.0.0.1:8080"),
      credentials,
    }),
  ],
  {
    error: ({ input }) =>
      isPaper(input)
        ? 'paper trading is @surefill/venue-sim with prices { "source": "venue" }; give this venue the mode "prices"'
        : 'mode must be "prices", "testnet", "live" (with liveTrading: true) or "local"',
  },
);

function isPaper(input: unknown): boolean {
  return typeof input === "object" && input !== null && "mode" in input && input.mode === "paper";
}

/** How a ccxt venue is run. */
export type CcxtConfig = z.output<typeof configSchema>;

export type Credentials = z.output<typeof credentials>[string];
