/** Progress on standard error: one line that changes on a terminal, a line for each tenth elsewhere. */
export class ProgressLine {
  readonly #total: number;
  readonly #startedAt = performance.now();
  #done = 0;
  #shownAt = 0;

  constructor(total: number) {
    this.#total = total;
  }

  advance(text: string): void {
    this.#done += 1;
    const now = performance.now();
    const seconds = (now - this.#startedAt) / 1_000;
    const status = `${this.#done}/${this.#total}, ${text}, ${(this.#done / seconds).toFixed(1)}/s`;
    if (process.stderr.isTTY) {
      if (now - this.#shownAt < 200 && this.#done < this.#total) return;
      this.#shownAt = now;
      process.stderr.write(`\r\u001b[K${status}`);
    } else if (
      this.#total >= 20 &&
      Math.floor((this.#done * 10) / this.#total) > Math.floor(((this.#done - 1) * 10) / this.#total)
    ) {
      process.stderr.write(`${status}\n`);
    }
  }

  /** A line that stays. */
  say(text: string): void {
    process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}${text}\n`);
  }
}
