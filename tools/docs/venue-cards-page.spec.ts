import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { cards, pageOf, subjects } from "@surefill/venue-testkit";
import { describe, expect, it } from "vitest";
import { venueCardsPage } from "./venue-cards-page.ts";

describe("docs/venue-cards.md", () => {
  it("given the cards of the testkit, so the page is what they generate (else: npm run docs)", () => {
    const page = readFileSync(join(resolve(import.meta.dirname, "../.."), "docs/venue-cards.md"), "utf8");
    expect(page).toBe(venueCardsPage());
  });

  it("given a failing card, so the place that it names is on the page", () => {
    const headings = venueCardsPage().match(/^### .+$/gm) ?? [];
    const anchors = headings.map((heading) => `docs/venue-cards.md#${heading.slice(4).toLowerCase()}`);
    expect(anchors.toSorted()).toEqual(cards.map(pageOf).toSorted());
  });
});

describe("the cards", () => {
  it("given their ids, so each is there once and they rise from subject to subject", () => {
    const numbers = cards.map(({ id }) => Number(id.slice(2)));
    expect(new Set(numbers).size).toBe(numbers.length);
    const places = cards.map(({ subject }) => subjects.indexOf(subject));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("given their titles, so each says what is given and what follows", () => {
    expect(cards.filter(({ title }) => !/^given .+, so .+/.test(title)).map(({ id }) => id)).toEqual([]);
  });
});
