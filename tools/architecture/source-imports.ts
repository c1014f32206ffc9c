import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";

/** Every module that a source file names: imports, re-exports, `import("…")` as a value and as a type. */
export function sourceImports(file: string): readonly string[] {
  const { program, module, errors } = parseSync(file, readFileSync(file, "utf8"));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const staticOnes = module.staticImports.map((one) => one.moduleRequest.value);
  const reExports = module.staticExports.flatMap((one) =>
    one.entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
  );
  return [...new Set([...staticOnes, ...reExports, ...dynamicImports(program)])];
}

/** Walks the tree for `import("x")`; a computed one has no name to find. */
function dynamicImports(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(dynamicImports);
  const found = Object.values(node).flatMap(dynamicImports);
  if (!("type" in node) || (node.type !== "ImportExpression" && node.type !== "TSImportType")) return found;
  const source: unknown = "source" in node ? node.source : "argument" in node ? node.argument : undefined;
  return [...literalsIn(source), ...found];
}

function literalsIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  if ("value" in node && typeof node.value === "string") return [node.value];
  return "literal" in node ? literalsIn(node.literal) : [];
}
