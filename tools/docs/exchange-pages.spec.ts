import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { exchangePages } from "./exchange-pages.ts";

const folder = join(resolve(import.meta.dirname, "../.."), "docs/venues");

describe("docs/venues", () => {
  it.each([...exchangePages().keys()])(
    "given what is known of the exchanges, so %s is what it generates (else: npm run docs)",
    (name) => {
      expect(readFileSync(join(folder, name), "utf8")).toBe(exchangePages().get(name));
    },
  );

  it("given the folder, so no page is left of an exchange that is gone", () => {
    expect(readdirSync(folder).sort()).toEqual([...exchangePages().keys()].sort());
  });
});
