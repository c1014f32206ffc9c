import { isErrorCode } from "@surefill/core";
import type { Card, Subject } from "../card.ts";
import { must, mustEqual, show } from "../check.ts";
import type { FaultKind, StandOperation } from "../stand-fault.ts";
import type { Trial } from "../trial.ts";

/** A question of the port, as the cards about its failures ask it. */
export interface Question {
  readonly subject: Subject;
  /** The port's name of it. */
  readonly name: string;
  readonly on: StandOperation;
  /** It may answer from what it knows already, without a request: then no fault is met and none need be told. */
  readonly mayKnow?: boolean;
  readonly ask: (trial: Trial, signal: AbortSignal) => Promise<unknown>;
}

type Ids = { readonly [Family in "broken" | "connection" | "givenUp" | "rateLimited" | "unauthorized"]?: Card["id"] };

export const brokenAnswers: readonly FaultKind[] = ["BODY_HTML", "BODY_EMPTY", "BODY_MALFORMED", "BODY_TRUNCATED"];
export const brokenConnections: readonly FaultKind[] = [
  "CONNECTION_REFUSED",
  "CUT_BEFORE",
  "CUT_AFTER",
  "SERVER_ERROR_BEFORE",
];

/** More often than any library asks again, so that a question that is asked again meets the fault too. */
export const always = 20;

/** The cards that every question has: a failure is thrown, never answered as "none". */
export function failingReadCards(question: Question, ids: Ids): readonly Card[] {
  const { subject, name, on, ask } = question;
  const cards: (Omit<Card, "id" | "subject"> & { readonly id: Card["id"] | undefined })[] = [
    {
      id: ids.broken,
      title: `given answers to ${name} that can't be read (HTML, empty, another shape, cut short), so it throws`,
      why:
        "An empty list means none, and core acts on it: orders are believed gone, fills believed absent. Check the answer's " +
        "shape before believing it; some client libraries turn an empty body into an empty list.",
      run: (trial) => mustThrow(trial, question, brokenAnswers),
    },
    {
      id: ids.connection,
      title: `given connections that are refused or break and a 5xx while ${name} is asked, so it throws`,
      why: "A question without an answer says nothing. Throw SurefillError, VENUE_UNREACHABLE for what never got an answer.",
      run: (trial) => mustThrow(trial, question, brokenConnections),
    },
    {
      id: ids.givenUp,
      title: `given that ${name} gets no answer and is given up, so it ends then and throws`,
      why: "Core bounds each wait by its signal. A call that does not heed it would hold up everything behind it.",
      needs: ["SILENT_BEFORE"],
      run: async (trial) => {
        await trial.inject("SILENT_BEFORE", on, { times: always });
        const ended = await trial.givenUp(on, (signal) => ask(trial, signal));
        must(ended.status === "rejected", "it throws", ended);
      },
    },
    {
      id: ids.rateLimited,
      title: `given that ${name} is asked too often, so it throws RATE_LIMITED with the wait that was asked for`,
      why: "Core obeys Retry-After for the whole venue account; asking on regardless ends in a ban.",
      needs: ["RATE_LIMITED"],
      run: async (trial) => {
        await trial.inject("RATE_LIMITED", on, { times: always, retryAfterMs: 7_000 });
        const thrown = await thrownBy(trial, question);
        mustEqual("the error's code", "code" in thrown ? thrown.code : thrown, "RATE_LIMITED");
        mustEqual("its retryAfterMs", "retryAfterMs" in thrown ? thrown.retryAfterMs : undefined, 7_000);
      },
    },
    {
      id: ids.unauthorized,
      title: `given credentials that are refused when ${name} is asked, so it throws UNAUTHORIZED`,
      why: "Withdrawn permissions must be told from a venue that is away: one needs a person, the other patience.",
      needs: ["UNAUTHORIZED"],
      run: async (trial) => {
        await trial.inject("UNAUTHORIZED", on, { times: always });
        const thrown = await thrownBy(trial, question);
        mustEqual("the error's code", "code" in thrown ? thrown.code : thrown, "UNAUTHORIZED");
      },
    },
  ];
  return cards.flatMap(({ id, ...card }) => (id === undefined ? [] : [{ id, subject, ...card }]));
}

async function mustThrow(trial: Trial, question: Question, kinds: readonly FaultKind[]): Promise<void> {
  for (const kind of kinds.filter((each) => trial.can(each))) {
    const before = await trial.requests(question.on);
    await trial.inject(kind, question.on, { times: always });
    const ended = await trial.settled(question.ask(trial, trial.signal));
    const isKnown = ended.status === "fulfilled" && (await trial.requests(question.on)) === before;
    if (!(question.mayKnow && isKnown)) mustBeTold(kind, ended);
    await trial.stand.calm();
  }
}

async function thrownBy(trial: Trial, question: Question): Promise<object> {
  const ended = await trial.settled(question.ask(trial, trial.signal));
  must(ended.status === "rejected", `${question.name} throws`, ended.status === "fulfilled" ? ended.value : ended);
  const { reason } = ended;
  must(typeof reason === "object" && reason !== null, "an error", reason);
  return reason;
}

/** A failure is a SurefillError with a code that says more than that something is wrong in us. */
function mustBeTold(kind: FaultKind, ended: PromiseSettledResult<unknown>): void {
  must(ended.status === "rejected", `with ${kind}: it throws`, ended.status === "fulfilled" ? ended.value : "");
  const { reason } = ended;
  const code: unknown = reason instanceof Error && "code" in reason ? reason.code : undefined;
  const isTold = typeof code === "string" && isErrorCode(code) && code !== "INTERNAL";
  must(isTold, `with ${kind}: a SurefillError whose code is not INTERNAL`, show(reason));
}
