export const reportFaultKinds = ["REPORT_DROPPED", "REPORT_DUPLICATED", "REPORTS_REORDERED"] as const;
export type ReportFaultKind = (typeof reportFaultKinds)[number];

/** What goes wrong with reports on their way; each fault waits for the next one. */
export class ReportFaults<Report> {
  readonly #queue: ReportFaultKind[] = [];
  #held: Report | undefined;

  queue(kind: ReportFaultKind, times = 1): void {
    for (let n = 0; n < times; n += 1) this.#queue.push(kind);
  }

  clear(): void {
    this.#queue.splice(0);
  }

  /** What becomes of a report: none, itself, twice, or the one before it after it. */
  pass(report: Report): readonly Report[] {
    const held = this.#held;
    this.#held = undefined;
    const after = held === undefined ? [] : [held];
    switch (this.#queue.shift()) {
      case undefined:
        return [report, ...after];
      case "REPORT_DROPPED":
        return after;
      case "REPORT_DUPLICATED":
        return [report, report, ...after];
      case "REPORTS_REORDERED":
        this.#held = report;
        return after;
    }
  }
}
