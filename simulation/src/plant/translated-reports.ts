import type { ExecutionReport, LookupAnswer, Venue } from "@surefill/core";
import { replaced } from "./replaced.ts";

type Translate = (report: ExecutionReport) => Promise<ExecutionReport>;

/** A venue whose stream and look-ups tell something else. */
export function withReports(venue: Venue, translate: Translate): Venue {
  const watch = venue.watch?.bind(venue);
  const lookup = async (...call: Parameters<Venue["lookup"]>): Promise<LookupAnswer> => {
    const answer = await venue.lookup(...call);
    return answer.kind === "FOUND" ? { kind: "FOUND", report: await translate(answer.report) } : answer;
  };
  if (watch === undefined) return replaced(venue, { lookup });
  return replaced(venue, { lookup, watch: (...call) => translated(watch(...call), translate) });
}

async function* translated(
  reports: AsyncIterable<ExecutionReport>,
  translate: Translate,
): AsyncGenerator<ExecutionReport, void, undefined> {
  for await (const report of reports) yield await translate(report);
}
