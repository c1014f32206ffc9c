import { inspect } from "node:util";
import type { Card } from "../card.ts";
import { must, mustEqual } from "../check.ts";
import { type FaultKind, faultKinds } from "../stand-fault.ts";
import type { Trial } from "../trial.ts";
import { always } from "./failing-reads.ts";

const subject = "secrets and messages";
const messageLengthMax = 1_000;
const rawAnswerLengthMax = 65_536;
const endless: readonly FaultKind[] = ["SILENT_BEFORE", "SILENT_AFTER", "BODY_STALLED"];
const ofStreams = /^(REPORT|STREAM)/;

/** What a library says of failures: to people, to logs, to the order's record. */
export const secretCards: readonly Card[] = [
  {
    id: "V-1301",
    subject,
    title: "given every fault there is, so no outcome, error or log line holds a secret",
    why:
      "Client libraries put whole URLs into their errors, signature and key included. What is stored with the order is shown " +
      "to people; take secrets out where the message is made.",
    run: async (trial) => {
      const said = await sayEverything(trial);
      const text = [...said, ...trial.logged].map(textOf).join("\n");
      for (const secret of trial.stand.secrets) {
        must(!text.includes(secret), "no secret in anything that it says", around(text, secret));
      }
      must(said.length > 0, "something that it says", said);
    },
  },
  {
    id: "V-1302",
    subject,
    title: "given every fault there is, so messages are short, and raw answers bounded",
    why: "A page of HTML is no message, and each attempt's answer is stored for years.",
    run: async (trial) => {
      for (const said of await sayEverything(trial)) {
        for (const { key, value } of texts(said)) {
          const lengthMax = key === "rawAnswer" ? rawAnswerLengthMax : messageLengthMax;
          must(value.length <= lengthMax, `${key} of at most ${lengthMax} characters`, value);
        }
      }
    },
  },
  {
    id: "V-1303",
    subject,
    title: "given an order that was taken, so its outcome and its look-up hold no secret either",
    why: "Answers echo what they were asked with.",
    run: async (trial) => {
      const { outcome, reference } = await trial.place();
      const found = await trial.venue.lookup(reference, trial.signal);
      const text = [outcome, found, ...trial.logged].map(textOf).join("\n");
      mustEqual("secrets in it", trial.stand.secrets.filter((secret) => text.includes(secret)).length, 0);
    },
  },
];

/** Whatever the library answers or throws under each fault, operation by operation. */
async function sayEverything(trial: Trial): Promise<readonly unknown[]> {
  const said: unknown[] = [];
  for (const kind of Object.keys(faultKinds) as FaultKind[]) {
    if (!trial.can(kind) || endless.includes(kind) || ofStreams.test(kind)) continue;
    const { reference } = await trial.place();
    const next = await trial.prepare();
    const { venue, account, signal } = trial;
    for (const [on, call] of [
      ["SUBMIT", () => venue.submit(account, next, signal)],
      ["LOOKUP", () => venue.lookup(reference, signal)],
      ["CANCEL", () => venue.cancel(reference, signal)],
      ["OPEN_ORDERS", () => venue.openOrders(account, signal)],
      ["FILLS", () => venue.fillsSince(account, trial.stand.venueTime(), 10, signal)],
      ["BALANCES", () => venue.balances(account, signal)],
    ] as const) {
      await trial.inject(kind, on, { times: always });
      const ended = await trial.settled<unknown>(call());
      said.push(ended.status === "fulfilled" ? ended.value : ended.reason);
      await trial.stand.calm();
    }
  }
  return said;
}

/** All that a value shows of itself, causes of errors and own fields included. */
function textOf(value: unknown): string {
  return inspect(value, { depth: 12, maxStringLength: null, maxArrayLength: null, showHidden: false });
}

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return `… ${text.slice(Math.max(0, at - 120), at)}‹SECRET›…`;
}

/** The texts in an answer or error that people are shown or that are stored. */
function texts(said: unknown): readonly { readonly key: string; readonly value: string }[] {
  if (typeof said !== "object" || said === null) return [];
  const own = Object.entries(said instanceof Error ? { ...said, message: said.message } : said);
  return own.flatMap(([key, value]) => {
    if (typeof value === "string") return [{ key, value }];
    return key === "cause" ? [] : texts(value);
  });
}
