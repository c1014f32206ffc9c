/** A field of an answer that came as JSON, down a path; undefined where there is none. */
export function fieldOf(body: unknown, ...path: readonly (string | number)[]): unknown {
  let at: unknown = body;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}

/** As fieldOf, as text; numbers in their spelling. */
export function textOf(body: unknown, ...path: readonly (string | number)[]): string | undefined {
  const field = fieldOf(body, ...path);
  return typeof field === "string" || typeof field === "number" ? String(field) : undefined;
}

export function listOf(body: unknown, ...path: readonly (string | number)[]): readonly unknown[] | undefined {
  const field = fieldOf(body, ...path);
  return Array.isArray(field) ? field : undefined;
}
