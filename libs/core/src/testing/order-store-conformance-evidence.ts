import { describe, expect, it } from "vitest";
import { SeededRandom } from "../id/seeded-random.ts";
import { uuidV7 } from "../id/uuid-v7.ts";
import { type OrderId, orderId } from "../order/order-id.ts";
import { evidenceKept, type VenueEvidence } from "../store/evidence-log.ts";
import { addMs } from "../time/wall-time.ts";
import type { OpenedGetter } from "./order-store-conformance.ts";
import { placedAt } from "./order-store-fixture.ts";

const random = new SeededRandom(9);

function freshOrderId(): OrderId {
  return orderId(uuidV7(placedAt, random));
}

/** A look-up that was answered 1.001 ms after it was asked. */
function lookedUp(id: OrderId, ms: number, rest: Partial<VenueEvidence> = {}): VenueEvidence {
  const askedAt = addMs(placedAt, ms);
  const answer = { attemptNumber: 1, operation: "LOOKUP", outcome: "NOT_FOUND", detail: "" } as const;
  return { orderId: id, ...answer, askedAt, answeredAt: addMs(askedAt, 1.001), ...rest };
}

export function describeEvidence(get: OpenedGetter): void {
  describe("evidence", () => {
    it("is read back as it was handed in, in the order of asking, by order, in another process too", async () => {
      const { store, another } = get();
      const [id, other] = [freshOrderId(), freshOrderId()];
      const lost = lookedUp(id, 0, { operation: "SUBMIT", outcome: "UNKNOWN", detail: 'ANSWER_LOST: "é\u{1f600}' });
      const found = lookedUp(id, 10, { outcome: "FOUND", asOf: addMs(placedAt, 5.001), attemptNumber: 2 });
      const cancelled = lookedUp(id, 20, { operation: "CANCEL", outcome: "REFUSED" });
      for (const evidence of [lost, found, cancelled, lookedUp(other, 0)]) await store.evidence.append(evidence);

      const expected = [lost, found, cancelled].map((evidence, index) => ({
        ...evidence,
        ...{ number: index + 1, count: 1, lastAskedAt: evidence.askedAt, lastAnsweredAt: evidence.answeredAt },
      }));
      expect(await store.evidence.ofOrders([id])).toStrictEqual(expected);
      expect(await store.evidence.ofOrders([id, other, freshOrderId()])).toHaveLength(4);
      expect(await store.evidence.ofOrders([])).toEqual([]);
      const second = await another();
      expect(await second.evidence.ofOrders([id])).toStrictEqual(expected);
      await second.close();
    });

    it("given the same answer again and again, so one row that counts, with the first and the last time", async () => {
      const { evidence } = get().store;
      const id = freshOrderId();
      for (let ms = 0; ms < 50; ms += 10) {
        await evidence.append(lookedUp(id, ms, { asOf: addMs(placedAt, ms - 5), detail: `look-up at ${ms}` }));
      }
      // Says nothing of when it was true, and was told late.
      await evidence.append(lookedUp(id, 15, { detail: "the last" }));
      expect(await evidence.ofOrders([id])).toStrictEqual([
        {
          ...lookedUp(id, 0, { asOf: addMs(placedAt, 35), detail: "the last" }),
          ...{ number: 1, count: 6, lastAskedAt: addMs(placedAt, 40), lastAnsweredAt: addMs(placedAt, 41.001) },
        },
      ]);
    });

    it.each([
      ["another answer", { outcome: "UNAVAILABLE" }],
      ["another attempt", { attemptNumber: 2 }],
      ["another question", { operation: "CANCEL", outcome: "NOT_OPEN" }],
    ] as const)("given %s, so another row, also when the first comes back", async (_what, rest) => {
      const { evidence } = get().store;
      const id = freshOrderId();
      for (const [ms, answer] of [{}, rest, {}].entries()) await evidence.append(lookedUp(id, ms, answer));
      expect((await evidence.ofOrders([id])).map(({ number, count }) => [number, count])).toEqual([
        [1, 1],
        [2, 1],
        [3, 1],
      ]);
    });

    it("given answers that alternate for ever, so the first 20 rows and the last 80 stay", async () => {
      const { evidence } = get().store;
      const id = freshOrderId();
      const total = 130;
      for (let ms = 1; ms <= total; ms += 1) {
        await evidence.append(lookedUp(id, ms, { outcome: ms % 2 === 0 ? "NOT_FOUND" : "UNAVAILABLE" }));
      }
      const numbers = (await evidence.ofOrders([id])).map(({ number }) => number);
      const { first, last } = evidenceKept;
      expect(numbers).toEqual([
        ...Array.from({ length: first }, (_, index) => index + 1),
        ...Array.from({ length: last }, (_, index) => total - last + index + 1),
      ]);
    });

    it("given two who ask at the same time, so nothing is lost", async () => {
      const { store, another } = get();
      const second = await another();
      const id = freshOrderId();
      const asked = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : second).evidence.append(
          lookedUp(id, index, { outcome: index % 3 === 0 ? "FOUND" : "NOT_FOUND" }),
        ),
      );
      await Promise.all(asked);
      const rows = await store.evidence.ofOrders([id]);
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(20);
      await second.close();
    });
  });
}
