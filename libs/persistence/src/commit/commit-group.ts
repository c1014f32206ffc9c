import { type CommitResult, changeFault, type OrderChange, SurefillError } from "@surefill/core";
import { type EncodedChange, encodeChange } from "./encoded-change.ts";
import { defaultGroupLimits, GroupCommitter } from "./group-committer.ts";

/** A change on its way to the database. */
export interface ChangeItem {
  readonly key: string;
  readonly bytes: number;
  readonly change: EncodedChange;
}

/** Fixed columns of an order and an event, roughly; what can be large is counted. */
const rowBytes = 1_000;

/** Writes a batch of encoded changes, no two of one order, and answers each by its place. */
export type FlushChanges = (changes: readonly EncodedChange[]) => Promise<readonly (CommitResult | SurefillError)[]>;

/**
 * `commit` of an OrderStore over one flush or several that can be under way at the same time. `onCommitted` is called
 * after each flush that wrote something.
 */
export class CommitGroup {
  readonly #group: GroupCommitter<ChangeItem, CommitResult>;

  constructor(flushes: readonly FlushChanges[], onCommitted: () => void) {
    const free = [...flushes];
    const flushOn = async (flush: FlushChanges, items: readonly ChangeItem[]) => {
      try {
        const answers = await flush(items.map(({ change }) => change));
        if (answers.some((answer) => !(answer instanceof SurefillError) && answer.kind === "COMMITTED")) onCommitted();
        return answers;
      } finally {
        free.push(flush);
      }
    };
    this.#group = new GroupCommitter(
      (items) => {
        const flush = free.pop();
        if (flush === undefined) throw new Error("more flushes under way than there are lanes");
        return flushOn(flush, items);
      },
      { ...defaultGroupLimits, lanes: flushes.length },
    );
  }

  /** @throws SurefillError STORE_REFUSED, STORE_UNAVAILABLE, OVERLOADED as the port says. */
  async commit(change: OrderChange): Promise<CommitResult> {
    const fault = changeFault(change);
    if (fault !== undefined) throw refusedRow(change.order.orderId, fault);
    const encoded = encodeChange(change);
    return this.#group.push({ key: encoded.orderId, bytes: bytesOf(encoded), change: encoded });
  }

  close(): Promise<void> {
    return this.#group.close();
  }
}

/** The answer to a change that the database won't take. */
export function refusedRow(orderId: string, reason: string, cause?: unknown): SurefillError {
  const context = { order_id: orderId };
  return new SurefillError("STORE_REFUSED", `order ${orderId} can't be stored: ${reason}`, { context, cause });
}

function bytesOf({ events, prepared, answer }: EncodedChange): number {
  const causes = events.reduce((sum, { cause }) => sum + cause.length, 0);
  return rowBytes + causes + (prepared?.payload.byteLength ?? 0) + (answer?.raw_answer?.length ?? 0);
}
