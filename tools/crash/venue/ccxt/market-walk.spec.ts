import { expect, it } from "vitest";
import { MarketWalk } from "./market-walk.ts";

const walked = (seed: number, steps: number) => {
  const walk = new MarketWalk(seed, 10_000);
  return Array.from({ length: steps }, () => walk.next());
};

it("given a seed, so always the same books, none of them crossed, and the walk stays near its start however long it is", () => {
  const books = walked(1, 5_000);
  expect(walked(1, 10)).toEqual(books.slice(0, 10));
  expect(walked(2, 10)).not.toEqual(books.slice(0, 10));
  for (const { bids, asks } of books) {
    const [bid, ask] = [Number(bids[0]?.price), Number(asks[0]?.price)];
    expect(bid).toBeLessThan(ask);
    expect(Math.abs(bid - 10_000)).toBeLessThan(500);
  }
});
