import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type EventCursor, eventCursor } from "@surefill/core";
import { loadConfig } from "@surefill/runtime";

/** A database as a person names it. */
export type AuditedDatabase =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string };

export interface AuditOptions {
  readonly store: AuditedDatabase;
  /** Only what has changed after this. */
  readonly since?: EventCursor;
  readonly json: boolean;
}

export const usage = `npm run audit -- [options]
  Checks what is stored against itself: that every order's events replay to its row, its fills and attempts fit, and
  positions and holdings are the sums of their fills. The service may go on meanwhile. Each violation is printed with
  its order, what it should be and what is stored. Ends with 0 if there is none, 1 if there is any, 2 if the database
  could not be read.
  --store FILE|URL   a SQLite file or a postgresql:// url; without it: the store of the configuration
                     (SUREFILL_CONFIG, SUREFILL_POSTGRES_URL, else data/surefill.db)
  --since CURSOR     only what has changed after this; an audit prints the cursor that the next one can go on from
  --json             end with one line of JSON
  --help             this text
`;

/** @throws Error naming the option that makes no sense. */
export async function auditOptions(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<AuditOptions | "help"> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      store: { type: "string" },
      since: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const store = values.store === undefined ? (await loadConfig(env)).store : databaseNamed(values.store, env);
  // Opening would make an empty one, in which everything is well.
  if (store.kind === "sqlite" && !existsSync(store.file)) {
    throw new Error(`there is no database at ${store.file}; name one with --store, or start the service first`);
  }
  return { store, json: values.json, ...(values.since === undefined ? {} : { since: eventCursor(values.since) }) };
}

/** npm runs scripts in the project's folder; a file is meant from where the person stands. */
function databaseNamed(text: string, env: NodeJS.ProcessEnv): AuditedDatabase {
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: "postgres", url: text };
  return { kind: "sqlite", file: resolve(env.INIT_CWD ?? ".", text) };
}
