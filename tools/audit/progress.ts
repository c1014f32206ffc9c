import { Presets, SingleBar } from "cli-progress";

/** How far an audit is: a bar for a person at a terminal, a line for every tenth elsewhere. On standard error. */
export class AuditProgress {
  readonly #total: number;
  readonly #bar: SingleBar | undefined;
  #tenth = 0;

  constructor(total: number) {
    this.#total = total;
    if (!process.stderr.isTTY) return;
    const format = "{bar} {value}/{total} orders and balances  {eta_formatted} left";
    this.#bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
    this.#bar.start(total, 0);
  }

  update(done: number): void {
    this.#bar?.update(Math.min(done, this.#total));
    const tenth = Math.floor((10 * done) / Math.max(this.#total, 1));
    if (this.#bar !== undefined || tenth <= this.#tenth) return;
    this.#tenth = tenth;
    process.stderr.write(`${done}/${this.#total} orders and balances\n`);
  }

  close(): void {
    this.#bar?.stop();
  }
}
