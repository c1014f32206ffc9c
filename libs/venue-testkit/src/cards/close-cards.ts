import type { Card } from "../card.ts";
import { must, mustBe, mustEqual } from "../check.ts";
import { Listener } from "../listener.ts";

const subject = "close";

/** The end of a library. */
export const closeCards: readonly Card[] = [
  {
    id: "V-1401",
    subject,
    title: "given that it was closed, so nothing is sent any more, and no call hangs",
    why: "A process that stops still has calls under way; each must end, and none may place an order.",
    run: async (trial) => {
      const attempt = await trial.prepare();
      await trial.venue.close();
      const submitted = await trial.settled(trial.venue.submit(trial.account, attempt, trial.signal));
      must(submitted.status === "fulfilled", "an outcome", submitted);
      mustBe("the outcome", submitted.value, "NOT_SENT");
      mustEqual("requests to SUBMIT", await trial.requests("SUBMIT"), 0);
      await trial.settled(trial.venue.openOrders(trial.account, trial.signal));
      await trial.settled(trial.venue.lookup(trial.reference(attempt, undefined), trial.signal));
    },
  },
  {
    id: "V-1402",
    subject,
    title: "given that it is closed twice, so the second time is no failure",
    why: "Whoever cleans up does not know who else did.",
    run: async (trial) => {
      await trial.venue.close();
      const again = await trial.settled(trial.venue.close());
      must(again.status === "fulfilled", "no failure", again);
    },
  },
  {
    id: "V-1403",
    subject,
    title: "given a stream that is open when it is closed, so the stream ends",
    why: "A socket that stays open keeps the process alive.",
    skipWhen: ({ capabilities }) => (capabilities.streams ? undefined : "streams are not claimed"),
    run: async (trial) => {
      const listener = await Listener.connected(trial);
      await trial.venue.close();
      await trial.until("an end of the stream", () => listener.end);
    },
  },
];
