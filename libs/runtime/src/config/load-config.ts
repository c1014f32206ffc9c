import { readFile } from "node:fs/promises";
import { SurefillError } from "@surefill/core";
import type { StoreConfig } from "@surefill/persistence";
import { type Config, parseConfig } from "./config.ts";
import { defaultConfig } from "./default-config.ts";
import { resolveSecrets } from "./resolve-secrets.ts";

/** The variables that are read beside those that venues' secrets name, here and nowhere else. */
const variables = { file: "SUREFILL_CONFIG", port: "SUREFILL_PORT", postgresUrl: "SUREFILL_POSTGRES_URL" } as const;

/**
 * The configuration: the JSON file that SUREFILL_CONFIG names, else the built-in paper venue on SQLite. SUREFILL_PORT
 * replaces the port; SUREFILL_POSTGRES_URL makes Postgres the store. What venues are configured with may name further
 * variables, as { "env": "NAME" }: these become secrets.
 * @throws SurefillError CONFIG_INVALID naming what is wrong and where.
 */
export async function loadConfig(env: NodeJS.ProcessEnv = process.env): Promise<LoadedConfig> {
  const file = env[variables.file];
  const config = file === undefined ? parseConfig(defaultConfig, "the built-in configuration") : await readConfig(file);
  const complete = withPostgresUrl(withPort(config, env[variables.port]), env[variables.postgresUrl]);
  return { ...complete, venues: withSecrets(complete.venues, env) };
}

function withSecrets(venues: Config["venues"], env: NodeJS.ProcessEnv): Config["venues"] {
  const resolved = Object.entries(venues).map(([name, venue]) => {
    const config = resolveSecrets(venue.config, env, `venues.${name}.config`);
    return [name, { ...venue, config }] as const;
  });
  return Object.fromEntries(resolved);
}

async function readConfig(file: string): Promise<Config> {
  try {
    return parseConfig(JSON.parse(await readFile(file, "utf8")), file);
  } catch (error) {
    if (error instanceof SurefillError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const text = `${variables.file}=${file} can't be read as JSON: ${reason}`;
    throw new SurefillError("CONFIG_INVALID", text, { context: { source: file } });
  }
}

function withPort(config: Config, text: string | undefined): Config {
  if (text === undefined || text === "") return config;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SurefillError("CONFIG_INVALID", `${variables.port}=${text} is not a port; give 0 to 65535`);
  }
  return { ...config, server: { ...config.server, port } };
}

/** What a process runs with: the store is complete. */
export type LoadedConfig = Omit<Config, "store"> & { readonly store: StoreConfig };

function withPostgresUrl(config: Config, url: string | undefined): LoadedConfig {
  if (url !== undefined && url !== "") return { ...config, store: { kind: "postgres", url } };
  const { store } = config;
  if (store.kind === "sqlite") return { ...config, store };
  if (store.url !== undefined) return { ...config, store: { kind: "postgres", url: store.url } };
  const text = `the store is postgres without a url; give store.url or ${variables.postgresUrl}`;
  throw new SurefillError("CONFIG_INVALID", text);
}
