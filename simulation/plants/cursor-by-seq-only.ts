import type { EventCursor, EventLog, LoggedEvent, OrderEventRecord } from "@surefill/core";
import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

/** By event, the number that it got when it was written, which is not the order in which it can be seen. */
const numbers = new Map<string, number>();

export const cursorBySeqOnly: Plant = {
  name: "cursor-by-seq-only",
  doc: "Readers of the stream go on behind the highest number that they have seen, and miss what was numbered before and committed later.",
  breaks: ["stream-has-no-gap"],
  store: (store) =>
    replaced(store, {
      orders: replaced(store.orders, {
        commit: (change) => {
          for (const record of change.records) numbers.set(nameOf(record), numbers.size + 1);
          return store.orders.commit(change);
        },
      }),
      events: replaced(store.events, { after: (...query) => after(store.events, ...query) }),
    }),
};

async function after(
  events: EventLog,
  ...[cursor, ...rest]: Parameters<EventLog["after"]>
): Promise<readonly LoggedEvent[]> {
  const [place = "", seen = "0"] = cursor.split("|");
  const found = await events.after(place as EventCursor, ...rest);
  let highest = Number(seen);
  return found.flatMap((event) => {
    const number = numbers.get(nameOf(event)) ?? 0;
    if (number <= Number(seen)) return [];
    highest = Math.max(highest, number);
    return [{ ...event, cursor: `${event.cursor}|${highest}` as EventCursor }];
  });
}

function nameOf({ orderId, version, type }: OrderEventRecord): string {
  return `${orderId}/${version}/${type}`;
}
