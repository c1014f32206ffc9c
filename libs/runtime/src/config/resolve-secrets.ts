import { Secret, SurefillError } from "@surefill/core";
import { isRecord } from "./is-record.ts";

const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const depthMax = 20;

/**
 * `config` with every `{ "env": "NAME" }` in it replaced by the Secret that the variable NAME holds, so that a file names
 * credentials and never has them.
 * @throws SurefillError CONFIG_INVALID naming place and variable, never a value, where the variable is absent or empty.
 */
export function resolveSecrets(
  config: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  place: string,
): Record<string, unknown> {
  return resolveIn(config, env, place, 0);
}

function resolveIn(
  record: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  place: string,
  depth: number,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, resolved(value, env, `${place}.${key}`, depth + 1)]),
  );
}

function resolved(value: unknown, env: NodeJS.ProcessEnv, place: string, depth: number): unknown {
  if (depth > depthMax) throw refusal(place, `more than ${depthMax} levels deep`);
  if (Array.isArray(value)) return value.map((item, index) => resolved(item, env, `${place}.${index}`, depth + 1));
  if (!isRecord(value)) return value;
  const [[key, name] = [], another] = Object.entries(value);
  if (key !== "env" || another !== undefined) return resolveIn(value, env, place, depth);
  return secretOf(name, env, place);
}

function secretOf(name: unknown, env: NodeJS.ProcessEnv, place: string): Secret {
  if (typeof name !== "string" || !variablePattern.test(name)) {
    throw refusal(place, "env must be the name of an environment variable");
  }
  const text = env[name];
  if (text === undefined || text === "") throw refusal(place, `the environment variable ${name} is not set`, name);
  return new Secret(text);
}

function refusal(place: string, text: string, variable?: string): SurefillError {
  const context = { field: place, ...(variable === undefined ? {} : { variable }) };
  return new SurefillError("CONFIG_INVALID", `${place}: ${text}`, { context });
}
