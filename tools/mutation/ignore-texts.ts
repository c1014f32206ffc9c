/** As much of Babel's syntax tree as is looked at here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  readonly expression?: Node;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly name?: string;
}

/** A text for people has words; states, codes, names and keys, which decide, have no space. */
function isText({ type, value, quasis }: Node): boolean {
  if (type === "StringLiteral") return typeof value === "string" && /\s/.test(value);
  return type === "TemplateLiteral" && (quasis ?? []).some((part) => /\s/.test(part.value.raw));
}

/** `log.warn(…)` or `….log.warn(…)`, as a statement or within one. */
function isLogLine({ type, expression, callee }: Node): boolean {
  if (type === "ExpressionStatement") return expression !== undefined && isLogLine(expression);
  if (type !== "CallExpression" || callee?.type !== "MemberExpression") return false;
  return callee.object?.name === "log" || callee.object?.property?.name === "log";
}

/** Stryker plugins: what is not mutated, because no spec asserts it: log lines, and what a message says. */
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "texts",
    value: {
      shouldIgnore: ({ node }: { readonly node: Node }): string | undefined => {
        if (isLogLine(node)) return "a log line";
        return isText(node) ? "a text for people" : undefined;
      },
    },
  },
];
