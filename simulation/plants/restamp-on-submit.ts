import type { Plant } from "../src/plant/plant.ts";
import { replaced } from "../src/plant/replaced.ts";

const aMinuteUs = 60_000_000;

export const restampOnSubmit: Plant = {
  name: "restamp-on-submit",
  doc: "A request gets a fresh validity when it is sent, so that nobody knows when it is dead.",
  breaks: ["durable-before-sent"],
  venue: (venue) =>
    replaced(venue, {
      submit: (account, attempt, signal) => {
        const request = JSON.parse(new TextDecoder().decode(attempt.payload));
        const restamped = { ...request, validUntil: request.validUntil + aMinuteUs };
        const payload = new TextEncoder().encode(JSON.stringify(restamped));
        return venue.submit(account, { ...attempt, payload }, signal);
      },
    }),
};
