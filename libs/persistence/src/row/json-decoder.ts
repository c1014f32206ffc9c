import { SurefillError } from "@surefill/core";

/** Turns parsed JSON into a value whose type is true; `path` says where it stands, for the error. */
export type JsonDecoder<T> = (json: unknown, path: string) => T;

interface OptionalField<T> {
  readonly optional: JsonDecoder<T>;
}

/** A decoder for each field, the optional ones marked: a field that is forgotten does not compile. */
export type Fields<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? OptionalField<Exclude<T[K], undefined>> : JsonDecoder<T[K]>;
};

/** A field that may be absent; absent it stays. */
export function optional<T>(decoder: JsonDecoder<T>): OptionalField<T> {
  return { optional: decoder };
}

/** @throws SurefillError INTERNAL: what is stored was not written by this code, or by a newer one. */
export function unreadable(path: string, expected: string): SurefillError {
  return new SurefillError("INTERNAL", `the database holds something unreadable: ${path} is not ${expected}`);
}

/** Text, made into what `construct` makes of it. */
export function text<T>(construct: (text: string) => T): JsonDecoder<T> {
  return (json, path) => {
    if (typeof json !== "string") throw unreadable(path, "a text");
    return construct(json);
  };
}

export const plainText: JsonDecoder<string> = text((value) => value);

/** A number, made into what `construct` makes of it. */
export function number<T>(construct: (value: number) => T): JsonDecoder<T> {
  return (json, path) => {
    if (typeof json !== "number") throw unreadable(path, "a number");
    return construct(json);
  };
}

export const flag: JsonDecoder<boolean> = (json, path) => {
  if (typeof json !== "boolean") throw unreadable(path, "true or false");
  return json;
};

export const onlyTrue: JsonDecoder<true> = (json, path) => {
  if (json !== true) throw unreadable(path, "true");
  return json;
};

/** One of some texts. */
export function oneOf<const T extends string>(...texts: readonly T[]): JsonDecoder<T> {
  return (json, path) => {
    const found = texts.find((candidate) => candidate === json);
    if (found === undefined) throw unreadable(path, `one of ${texts.join(", ")}`);
    return found;
  };
}

/** Any number of these. */
export function arrayOf<T>(member: JsonDecoder<T>): JsonDecoder<readonly T[]> {
  return (json, path) => {
    if (!Array.isArray(json)) throw unreadable(path, "an array");
    return json.map((value, place) => member(value, `${path}.${place}`));
  };
}

/** An object with a value for each key; any keys. */
export function recordOf<T>(value: JsonDecoder<T>): JsonDecoder<Readonly<Record<string, T>>> {
  return (json, path) => {
    const entries = Object.entries(objectOf(json, path));
    return Object.fromEntries(entries.map(([key, member]) => [key, value(member, `${path}.${key}`)]));
  };
}

/** A list of any length. */
export function listOf<T>(member: JsonDecoder<T>): JsonDecoder<readonly T[]> {
  return (json, path) => {
    if (!Array.isArray(json)) throw unreadable(path, "a list");
    return json.map((value: unknown, place) => member(value, `${path}.${place}`));
  };
}

/** An object with exactly these fields; others that it has are left out. */
export function object<T extends object>(fields: Fields<T>): JsonDecoder<T> {
  const entries = Object.entries<JsonDecoder<unknown> | OptionalField<unknown>>(fields);
  return (json, path) => {
    const source = objectOf(json, path);
    const target: Record<string, unknown> = {};
    for (const [name, field] of entries) {
      const value = source[name];
      if (typeof field === "function") target[name] = field(value, `${path}.${name}`);
      else if (value !== undefined) target[name] = field.optional(value, `${path}.${name}`);
    }
    // Each field of T was decoded by its own decoder: that is what Fields<T> says.
    return target as T;
  };
}

/** The member of a union whose tag is, or can be, `K`. */
type Member<T extends Record<Tag, string>, Tag extends string, K> = T extends unknown
  ? K extends T[Tag]
    ? T
    : never
  : never;

/** One of several objects, told apart by a field: for each of its values, the fields beside it. */
export function variant<T extends Record<Tag, string>, Tag extends string>(
  tag: Tag,
  fields: { readonly [K in T[Tag]]: Omit<Fields<Member<T, Tag, K>>, Tag> },
): JsonDecoder<T> {
  const decoders = new Map(
    Object.entries<object>(fields).map(([name, others]) => [
      name,
      object<T>({ ...others, [tag]: oneOf(name) } as Fields<T>),
    ]),
  );
  return (json, path) => {
    const name = objectOf(json, path)[tag];
    const decoder = typeof name === "string" ? decoders.get(name) : undefined;
    if (decoder === undefined) throw unreadable(`${path}.${tag}`, "known");
    return decoder(json, path);
  };
}

/** The value in a JSON column. */
export function fromJson<T>(json: string, decoder: JsonDecoder<T>, path: string): T {
  return decoder(JSON.parse(json), path);
}

function objectOf(json: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw unreadable(path, "an object");
  return json as Readonly<Record<string, unknown>>;
}
