import {
  type BreakerPolicy,
  defaultBreakerPolicy,
  defaultLeaseTtlMs,
  defaultRateBudgetPolicy,
  defaultRetryPolicy,
  type RateBudgetPolicy,
  type RetryPolicy,
  SurefillError,
} from "@surefill/core";
import { z } from "zod";
import { logLevels } from "../log/pino-log.ts";

/** How often and when orders are tried again. */
const retryFields = {
  attemptsMax: z.int().min(1).max(100),
  delayMs: z.int().min(0).max(60_000),
  delayMsMax: z.int().min(0).max(600_000),
  jitterRatioMax: z.number().min(0).max(1),
} as const;

const retryOverrides = z.strictObject(retryFields).partial();

/** "$comment" is allowed at the top, for JSON has no other place for a word to the reader. */
const configSchema = z.strictObject({
  $comment: z.string().optional(),
  server: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      /** 0 takes a free port and prints it. */
      port: z.int().min(0).max(65_535).default(7400),
      /** How long running calls may take when the server stops. */
      shutdownGraceMs: z.int().min(0).max(300_000).default(10_000),
    })
    .prefault({}),
  store: z
    .discriminatedUnion("kind", [
      /** A file on a local disk; one server, one tracker, one machine. */
      z.strictObject({ kind: z.literal("sqlite"), file: z.string().min(1).default("data/surefill.db") }),
      /** The URL may come from SUREFILL_POSTGRES_URL instead, so that no password stands in a file. */
      z.strictObject({ kind: z.literal("postgres"), url: z.string().min(1).optional() }),
    ])
    .prefault({ kind: "sqlite" }),
  venues: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,35}$/),
      z
        .strictObject({
          /** The package to load, such as "@surefill/venue-sim". */
          plugin: z.string().min(1),
          accounts: z
            .array(z.string().regex(/^[A-Za-z0-9_-]{1,36}$/))
            .min(1)
            .max(1_000),
          /** Submissions of one account that may await an answer at the same time. */
          concurrencyMax: z.int().min(1).max(1_000).default(1),
          /** How far a limit or trigger price may be from the market, in basis points of it. */
          collarBps: z.int().min(1).max(100_000).default(5_000),
          /** How much of the venue's rate limits is used, and how much of that is kept for getting orders out of trouble. */
          rateBudget: z
            .strictObject({
              limitShare: z.number().gt(0).max(1).default(defaultRateBudgetPolicy.limitShare),
              reserveShare: z.number().min(0).lt(1).default(defaultRateBudgetPolicy.reserveShare),
            })
            .prefault({}) satisfies z.ZodType<RateBudgetPolicy>,
          /** When new orders are held back from a venue that does not answer, and for how long. */
          breaker: z
            .strictObject({
              failuresMax: z.int().min(1).max(1_000).default(defaultBreakerPolicy.failuresMax),
              openMs: z.int().min(10).max(60_000).default(defaultBreakerPolicy.openMs),
              openMsMax: z.int().min(10).max(60_000).default(defaultBreakerPolicy.openMsMax),
            })
            .prefault({}) satisfies z.ZodType<BreakerPolicy>,
          /** Where this venue's orders are tried again in another way than the others'. */
          retry: retryOverrides.default({}),
          /** The same for single accounts of it. */
          retryByAccount: z.record(z.string(), retryOverrides).default({}),
          /** What the library itself is configured with; it refuses what it does not know. */
          config: z.record(z.string(), z.unknown()).default({}),
        })
        .superRefine(({ accounts, retryByAccount }, context) => {
          for (const account of Object.keys(retryByAccount).filter((name) => !accounts.includes(name))) {
            const message = `${account} is not among this venue's accounts`;
            context.addIssue({ code: "custom", path: ["retryByAccount", account], message });
          }
        }),
    )
    .refine((venues) => Object.keys(venues).length > 0, "at least one venue is needed"),
  /** For every venue account that says nothing else. */
  retry: z
    .strictObject({
      attemptsMax: retryFields.attemptsMax.default(defaultRetryPolicy.attemptsMax),
      delayMs: retryFields.delayMs.default(defaultRetryPolicy.delayMs),
      delayMsMax: retryFields.delayMsMax.default(defaultRetryPolicy.delayMsMax),
      jitterRatioMax: retryFields.jitterRatioMax.default(defaultRetryPolicy.jitterRatioMax),
    })
    .prefault({}) satisfies z.ZodType<RetryPolicy>,
  lease: z
    .strictObject({
      /** How long after a server's death another one takes over its venue accounts. */
      ttlMs: z.int().min(500).max(300_000).default(defaultLeaseTtlMs),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      /** Where Prometheus finds each process's metrics, on loopback; absent: none are served. 0 takes a free port. */
      serverPort: z.int().min(0).max(65_535).optional(),
      trackerPort: z.int().min(0).max(65_535).optional(),
    })
    .prefault({}),
  audit: z
    .strictObject({
      /** How often the tracker audits what has changed; 0: never. */
      intervalMs: z.int().min(0).max(86_400_000).default(60_000),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(logLevels).default("info") }).prefault({}),
});

/** What a process is configured with, every default filled in. */
export type Config = z.output<typeof configSchema>;

/** @throws SurefillError CONFIG_INVALID naming each key that is unknown, missing or wrong. */
export function parseConfig(json: unknown, source: string): Config {
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`);
  throw new SurefillError("CONFIG_INVALID", `${source} is refused:\n  ${issues.join("\n  ")}`, { context: { source } });
}
