import { type RetryPolicy, SurefillError } from "@surefill/core";
import { z } from "zod";
import { logLevels } from "../log/pino-log.ts";

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
      z.strictObject({
        /** The package to load, such as "@surefill/venue-sim". */
        plugin: z.string().min(1),
        accounts: z
          .array(z.string().regex(/^[A-Za-z0-9_-]{1,36}$/))
          .min(1)
          .max(1_000),
        /** Submissions of one account that may await an answer at the same time. */
        concurrencyMax: z.int().min(1).max(1_000).default(1),
        /** How far a limit price may be from the market, in basis points of it. */
        collarBps: z.int().min(1).max(100_000).default(5_000),
        /** What the library itself is configured with; it refuses what it does not know. */
        config: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .refine((venues) => Object.keys(venues).length > 0, "at least one venue is needed"),
  retry: z
    .strictObject({
      attemptsMax: z.int().min(1).max(100).default(3),
      delayMs: z.int().min(0).max(60_000).default(1_000),
      delayMsMax: z.int().min(0).max(600_000).default(30_000),
      jitterRatioMax: z.number().min(0).max(1).default(0.1),
    })
    .prefault({}) satisfies z.ZodType<RetryPolicy>,
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
