const shownLengthMax = 600;

/** A card's verdict that a library does not do what the card expects. */
export class CardFailure extends Error {
  override readonly name = "CardFailure";
  readonly expected: string;
  readonly happened: string;

  constructor(expected: string, happened: string) {
    super(`expected: ${expected}; happened: ${happened}`);
    this.expected = expected;
    this.happened = happened;
  }
}

/** A value as people read it, cut where it is long. */
export function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value, readable) ?? String(value));
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)} …` : text;
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { ...value, error: value.name, message: value.message };
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === "bigint" ? `${value}n` : value;
}

/** @throws CardFailure unless `isSo`. */
export function must(isSo: boolean, expected: string, happened: unknown): asserts isSo {
  if (!isSo) throw new CardFailure(expected, show(happened));
}

/** @throws CardFailure unless both are the same by value, as JSON tells them. */
export function mustEqual(what: string, happened: unknown, expected: unknown): void {
  must(canonical(happened) === canonical(expected), `${what}: ${show(expected)}`, happened);
}

/** JSON with the keys of objects in order, so that equal values have equal texts. */
function canonical(value: unknown): string {
  const inOrder = (_key: string, part: unknown) => {
    if (part instanceof Map) return Object.fromEntries([...part].sort());
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(value, inOrder) ?? "undefined";
}

/** @throws CardFailure unless `happened.kind` is one of `kinds`. */
export function mustBe<Answer extends { readonly kind: string }, Kind extends Answer["kind"]>(
  what: string,
  happened: Answer,
  ...kinds: readonly Kind[]
): asserts happened is Extract<Answer, { kind: Kind }> {
  must((kinds as readonly string[]).includes(happened.kind), `${what}: ${kinds.join(" or ")}`, happened);
}
