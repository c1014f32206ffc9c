import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { errorPage } from "./error-page.ts";

describe("docs/errors.md", () => {
  it("given the table of codes, so the page is what it generates (else: npm run docs)", () => {
    const page = readFileSync(join(resolve(import.meta.dirname, "../.."), "docs/errors.md"), "utf8");
    expect(page).toBe(errorPage());
  });
});
