import { describe, expect, it } from "vitest";
import { SurefillError } from "../error/surefill-error.ts";
import type { FillCursor } from "../store/fill-cursors.ts";
import { deskForTests, venueAccount } from "../testing/desk-for-tests.ts";
import { fillOf, after as sinceStart } from "../testing/order-fixtures.ts";
import { settle } from "../testing/settle.ts";
import type { WallTime } from "../time/wall-time.ts";
import type { FillPage, ReportedFill } from "../venue/venue.ts";
import { FillReader } from "./fill-reader.ts";

const minute = 60_000;
const never = new AbortController().signal;
const from = { since: sinceStart(0) };

const reported = (venueTime: WallTime): ReportedFill => ({ fill: fillOf("F", "0.1", { venueTime }) });

/** Pages of as many fills as are asked for at once, one page a minute, then an empty one. */
function fullPages(count: number): readonly FillPage[] {
  return Array.from({ length: count }, (_, place) => ({
    fills: Array.from({ length: 500 }, () => reported(sinceStart((place + 1) * minute))),
    next: `after page ${place + 1}`,
  }));
}

/** A reader that goes on from a cursor, at a venue that gives these pages in turn; and what it saves. */
async function setUp(pages: readonly FillPage[]) {
  const saved: FillCursor[] = [];
  const test = deskForTests({
    script: { fillsSince: async () => pages[given++] ?? { fills: [], next: pages.at(-1)?.next ?? "none" } },
    store: ({ fillCursors }) => ({
      fillCursors: {
        ...fillCursors,
        async save(of, cursor) {
          saved.push(cursor);
          return fillCursors.save(of, cursor);
        },
      },
    }),
  });
  let given = 0;
  await test.store.fillCursors.save(venueAccount, from);
  saved.length = 0;
  const reader = new FillReader(test.desk, test.entry, venueAccount);
  await reader.open();
  const durable: ReportedFill[] = [];
  const record = async (fills: readonly ReportedFill[]) => durable.push(...fills) > 0 || true;
  const read = (doubtSince?: WallTime, signal = never) => reader.read(record, doubtSince, signal);
  return { ...test, reader, saved, durable, record, read };
}

describe("reading on", () => {
  it("given more pages than are read in one go, so the rest is there to be read at once, and no fill is left out", async () => {
    const test = await setUp(fullPages(21));
    expect(await test.read()).toBe("MORE");
    expect(test.durable).toHaveLength(20 * 500);
    expect(await test.read()).toBe("END");
    expect(test.durable).toHaveLength(21 * 500);
    expect(test.venue.callsOf("fillsSince").slice(0, 2)).toEqual([
      [venueAccount.account, from.since, 500],
      [venueAccount.account, "after page 1", 500],
    ]);
  });

  it("given a page with room left, so it was the last", async () => {
    const test = await setUp([{ fills: [reported(sinceStart(0))], next: "1" }, ...fullPages(1)]);
    expect(await test.read()).toBe("END");
    expect(test.durable).toHaveLength(1);
  });

  it("given a page that is not durable, so it is asked for again", async () => {
    const test = await setUp(fullPages(2));
    expect(await test.reader.read(async () => false, undefined, never)).toBe("END");
    expect(await test.reader.read(test.record, undefined, never)).toBe("END");
    const asked = test.venue.callsOf("fillsSince").map(([, after]) => after);
    expect(asked.slice(0, 2)).toEqual([from.since, from.since]);
  });

  it("given that it is to stop, so the venue is asked nothing, and a question under way is dropped", async () => {
    const stop = new AbortController();
    const test = await setUp([]);
    const heard: AbortSignal[] = [];
    test.venue.script.fillsSince = async (_account, _after, _limit, signal) => {
      heard.push(signal);
      stop.abort();
      throw new SurefillError("VENUE_UNREACHABLE", "dropped");
    };
    await expect(test.read(undefined, stop.signal)).rejects.toMatchObject({ code: "VENUE_UNREACHABLE" });
    expect(heard.map(({ aborted }) => aborted)).toEqual([true]);
    expect(await test.read(undefined, stop.signal)).toBe("END");
    expect(heard).toHaveLength(1);
  });

  it("given a venue that does not answer, so after 15 s the question is dropped", async () => {
    const test = await setUp([]);
    const heard: AbortSignal[] = [];
    test.venue.script.fillsSince = (_account, _after, _limit, signal) => {
      heard.push(signal);
      return new Promise(() => undefined);
    };
    const late = test.read().catch(({ code }) => code);
    await settle();
    test.clock.advance(15_000);
    expect(await late).toBe("DEADLINE_EXCEEDED");
    expect(heard.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("the cursor that a restart goes on from", () => {
  it("is a minute older than the latest fill before it, whatever the order in a page, and never older than it was", async () => {
    const fills = [3 * minute, 5 * minute, 2 * minute].map((ms) => reported(sinceStart(ms)));
    const test = await setUp([{ fills, next: "3" }]);
    await test.read();
    expect(test.saved).toEqual([{ next: "3", since: sinceStart(4 * minute) }]);
    const early = await setUp([{ fills: [reported(sinceStart(minute / 2))], next: "1" }]);
    await early.read();
    expect(early.saved).toEqual([{ next: "1", since: from.since }]);
  });

  it("given nothing new, so it is not saved again", async () => {
    const test = await setUp(fullPages(1));
    await test.read();
    test.clock.advance(10_000);
    await test.read();
    await test.reader.save(undefined);
    expect(test.saved).toHaveLength(1);
  });

  it("given pages all the time, so it is saved every five seconds, and the rest when nobody reads any more", async () => {
    const test = await setUp(fullPages(60).map(({ fills, next }) => ({ fills: fills.slice(0, 1), next })));
    await test.read();
    for (const [ms, count] of [
      [4_999, 1],
      [1, 2],
      [4_000, 2],
    ] as const) {
      test.clock.advance(ms);
      await test.read();
      expect(test.saved).toHaveLength(count);
    }
    await test.reader.save(undefined);
    expect(test.saved.map(({ next }) => next)).toEqual(["after page 1", "after page 3", "after page 4"]);
  });

  it.each([
    ["a minute before the doubt", 3 * minute, "after page 1"],
    ["less", 3 * minute + 1, "after page 2"],
    ["no page so long before it", 2 * minute, undefined],
  ])("given an attempt in doubt, so it is of the last page that ended more than %s", async (_, doubtMs, next) => {
    const test = await setUp(fullPages(4));
    await test.read(sinceStart(doubtMs));
    await test.reader.save(sinceStart(doubtMs));
    expect(test.saved.at(-1)?.next).toBe(next);
  });

  it("given a doubt that ends, so what was read meanwhile is saved", async () => {
    const test = await setUp(fullPages(4));
    await test.read(sinceStart(3 * minute));
    await test.reader.save(sinceStart(3 * minute));
    await test.reader.save(undefined);
    expect(test.saved.map(({ next }) => next)).toEqual(["after page 1", "after page 4"]);
  });

  it.each([
    [64, 63, 63],
    [65, 64, 64],
    [65, 63, 62],
    [65, 65, 65],
    [97, 95, 94],
    [97, 96, 96],
    [200, 150, 148],
  ])(
    "given %i pages in a doubt that was after page %i, so it is of page %i: of many page ends every second is kept",
    async (count, doubtPage, page) => {
      const test = await setUp(fullPages(count));
      for (let reads = 0; reads < count / 20; reads += 1) await test.read(sinceStart(0));
      expect(test.saved).toEqual([]);
      await test.reader.save(sinceStart((doubtPage + 1) * minute + 1));
      expect(test.saved.map(({ next }) => next)).toEqual([`after page ${page}`]);
    },
  );
});
