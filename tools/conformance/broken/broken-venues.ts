import {
  addMs,
  type FillPage,
  orderError,
  type PreparedAttempt,
  quantity,
  type SubmitOutcome,
  submitKey,
  venueFillId,
} from "@surefill/core";
import type { BrokenVenue } from "./broken-venue.ts";

const secret = "S3CR3T-0f-the-venue";

/** Each a mistake that has cost somebody money; see docs/venue-cards.md for the cards. */
export const brokenVenues: readonly BrokenVenue[] = [
  {
    mistake: "takes a timeout for a refusal",
    cards: ["V-604", "V-605", "V-606"],
    venue: (sound) => ({
      submit: async (account, attempt, signal): Promise<SubmitOutcome> => {
        const outcome = await sound.submit(account, attempt, signal);
        const isTimeout = outcome.kind === "UNKNOWN" && signal.aborted;
        return isTimeout ? { kind: "REJECTED", error: orderError("VENUE_UNREACHABLE", "timed out") } : outcome;
      },
    }),
  },
  {
    mistake: "says 'not found' as of a time that has not come yet",
    cards: ["V-707", "V-708", "V-709"],
    venue: (sound) => ({
      lookup: async (attempt, signal) => {
        const answer = await sound.lookup(attempt, signal);
        return answer.kind === "NOT_FOUND" ? { ...answer, asOf: addMs(answer.asOf, 3_600_000) } : answer;
      },
    }),
  },
  {
    mistake: "takes a failed look-up for 'not found'",
    cards: ["V-710", "V-711", "V-712", "V-713", "V-714"],
    venue: (sound, { clock }) => ({
      lookup: async (attempt, signal) => {
        const answer = await sound.lookup(attempt, signal);
        return answer.kind === "UNAVAILABLE" ? { kind: "NOT_FOUND", asOf: clock.wall() } : answer;
      },
    }),
  },
  {
    mistake: "stamps the request anew when it is sent",
    cards: ["V-615", "V-617"],
    venue: (sound) => ({
      submit: (account, attempt, signal) => {
        const { validUntil } = attempt;
        const later = validUntil === undefined ? {} : { validUntil: addMs(validUntil, 60_000) };
        return sound.submit(account, { ...attempt, payload: changed(attempt, later) }, signal);
      },
    }),
  },
  {
    mistake: "sends again when the answer is lost",
    cards: ["V-602", "V-603", "V-607", "V-608", "V-609", "V-610", "V-611", "V-612", "V-615", "V-616"],
    venue: (sound) => ({
      submit: async (account, attempt, signal) => {
        const outcome = await sound.submit(account, attempt, signal);
        const isLost = outcome.kind === "UNKNOWN" && !signal.aborted;
        return isLost ? sound.submit(account, attempt, signal) : outcome;
      },
    }),
  },
  {
    mistake: "drops the last fill of a page",
    cards: ["V-1101", "V-1103", "V-1110", "V-1112"],
    venue: (sound) => ({
      fillsSince: async (...asked): Promise<FillPage> => {
        const page = await sound.fillsSince(...asked);
        return page.fills.length > 1 ? { ...page, fills: page.fills.slice(0, -1) } : page;
      },
    }),
  },
  {
    mistake: "gives a fill another id at each reading",
    cards: ["V-1101", "V-1102", "V-1103", "V-1105", "V-1106", "V-1108", "V-1110", "V-1112"],
    venue: (sound, { random }) => ({
      fillsSince: async (...asked): Promise<FillPage> => {
        const page = await sound.fillsSince(...asked);
        const renamed = (id: string) => venueFillId(`${id}-${random.unit()}`);
        const fills = page.fills.map((each) => ({
          ...each,
          fill: { ...each.fill, venueFillId: renamed(each.fill.venueFillId) },
        }));
        return { ...page, fills };
      },
    }),
  },
  {
    mistake: "forgets whose a fill is",
    cards: ["V-1104"],
    venue: (sound) => ({
      fillsSince: async (...asked): Promise<FillPage> => {
        const page = await sound.fillsSince(...asked);
        return { ...page, fills: page.fills.map(({ fill }) => ({ fill })) };
      },
    }),
  },
  {
    mistake: "keeps prices in floats",
    cards: ["V-203", "V-207"],
    venue: (sound) => ({
      prices: async (instruments, signal) => {
        const prices = await sound.prices(instruments, signal);
        // A decoder that forgets to keep texts does this, and its cast hides it.
        const floats = [...prices].map(([symbol, { bid, ask, at }]) => [
          symbol,
          { bid: Number(bid), ask: Number(ask), at },
        ]);
        return new Map(floats as unknown as typeof prices);
      },
    }),
  },
  {
    mistake: "answers a failed list with an empty one",
    cards: [
      ...["V-1021", "V-1022", "V-1023", "V-1024", "V-1025"],
      ...["V-1113", "V-1121", "V-1122", "V-1123", "V-1124", "V-1125"],
    ],
    venue: (sound) => ({
      openOrders: (account, signal) => sound.openOrders(account, signal).catch(() => []),
      fillsSince: (account, after, limit, signal) =>
        sound.fillsSince(account, after, limit, signal).catch(() => ({ fills: [], next: "sim_0_0" })),
    }),
  },
  {
    mistake: "does not end a stream that is given up",
    cards: ["V-1204", "V-1205"],
    venue: (sound, { signal }) => ({ watch: (account) => sound.watch?.(account, signal) ?? none() }),
  },
  {
    mistake: "tells a secret in an error",
    cards: ["V-1301"],
    secrets: [secret],
    venue: (sound) => ({
      submit: async (account, attempt, signal): Promise<SubmitOutcome> => {
        const outcome = await sound.submit(account, attempt, signal);
        const message = `POST /order?signature=${secret} failed`;
        return outcome.kind === "UNKNOWN" ? { ...outcome, error: { ...outcome.error, message } } : outcome;
      },
    }),
  },
  {
    mistake: "takes 'not open' for cancelled",
    cards: ["V-803", "V-804", "V-805"],
    venue: (sound) => ({
      cancel: async (attempt, signal) => {
        const outcome = await sound.cancel(attempt, signal);
        return outcome.kind === "NOT_OPEN" ? { kind: "ACCEPTED" } : outcome;
      },
    }),
  },
  {
    mistake: "sends a cancel again when its answer is lost",
    cards: ["V-807", "V-808", "V-809", "V-811", "V-812"],
    venue: (sound) => ({
      cancel: async (attempt, signal) => {
        const outcome = await sound.cancel(attempt, signal);
        return outcome.kind === "UNKNOWN" && !signal.aborted ? sound.cancel(attempt, signal) : outcome;
      },
    }),
  },
  {
    mistake: "passes over keys of its config that it does not know",
    cards: ["V-103"],
    configSchema: (sound) => ({
      "~standard": {
        ...sound["~standard"],
        validate: (value) => {
          if (typeof value !== "object" || value === null || Array.isArray(value)) {
            return sound["~standard"].validate(value);
          }
          const known = Object.entries(value).filter(([key]) => key !== "thisKeyIsNotKnown");
          return sound["~standard"].validate(Object.fromEntries(known));
        },
      },
    }),
  },
  {
    mistake: "makes submit keys by chance",
    cards: ["V-302"],
    venue: (sound, { random }) => ({
      prepare: async (request, signal) => {
        const answer = await sound.prepare(request, signal);
        if (answer.kind === "FAILED") return answer;
        const key = submitKey(`sim_${random.unit()}`);
        const payload = changed(answer.attempt, { submitKey: key });
        return { kind: "PREPARED", attempt: { ...answer.attempt, submitKey: key, payload } };
      },
    }),
  },
  {
    mistake: "cuts a quantity to whole lots in silence",
    cards: ["V-501"],
    venue: (sound) => ({
      prepare: (request, signal) => {
        const { instruction } = request;
        if (instruction.size.in === "QUOTE") return sound.prepare(request, signal);
        const [whole = "0", digits = ""] = instruction.size.quantity.split(".");
        const cut = quantity(digits === "" ? whole : `${whole}.${digits.slice(0, 5)}`);
        return sound.prepare(
          { ...request, instruction: { ...instruction, size: { in: "BASE", quantity: cut } } },
          signal,
        );
      },
    }),
  },
  {
    mistake: "lists the first page of the open orders alone",
    cards: ["V-1008"],
    venue: (sound) => ({
      openOrders: async (account, signal) => (await sound.openOrders(account, signal)).slice(0, 10),
    }),
  },
  {
    mistake: "asks for the first account's open orders, whichever is meant",
    cards: ["V-1007"],
    venue: (sound, { accounts }) => ({
      openOrders: (account, signal) => sound.openOrders(accounts[0] ?? account, signal),
    }),
  },
  {
    mistake: "forgets how long the venue asked to be left alone",
    cards: ["V-613"],
    venue: (sound) => ({
      submit: async (account, attempt, signal): Promise<SubmitOutcome> => {
        const outcome = await sound.submit(account, attempt, signal);
        return outcome.kind === "REJECTED" ? { kind: "REJECTED", error: outcome.error } : outcome;
      },
    }),
  },
  {
    mistake: "throws where an outcome is due",
    cards: ["V-1401"],
    venue: (sound) => {
      let isClosed = false;
      return {
        close: async () => {
          isClosed = true;
          await sound.close();
        },
        submit: (account, attempt, signal) => {
          if (isClosed) return Promise.reject(new Error("the socket is closed"));
          return sound.submit(account, attempt, signal);
        },
      };
    },
  },
];

/** The paper venue's request with other fields. */
function changed({ payload }: PreparedAttempt, fields: Readonly<Record<string, unknown>>): Uint8Array {
  const request: unknown = JSON.parse(new TextDecoder().decode(payload));
  return new TextEncoder().encode(JSON.stringify({ ...Object(request), ...fields }));
}

async function* none(): AsyncGenerator<never> {}
