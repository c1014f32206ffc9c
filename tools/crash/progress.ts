import { Presets, SingleBar } from "cli-progress";
import type { Kill } from "./kill-plan.ts";

/** Without a terminal, a line is printed each time this share of the blows has fallen. */
const shareAPrint = 0.1;

/** Shows how far a run is, on standard error: a bar on a terminal, else a line now and then. */
export class Progress {
  readonly #kills: number;
  readonly #bar: SingleBar | undefined;

  constructor(kills: number) {
    this.#kills = kills;
    if (!process.stderr.isTTY) return;
    const format = "{bar} {value}/{total} kills, {wire} while an attempt was on the wire  {orders} orders";
    this.#bar = new SingleBar(
      { format, stream: process.stderr, hideCursor: true, linewrap: false },
      Presets.shades_classic,
    );
    this.#bar.start(kills, 0, { wire: 0, orders: 0 });
  }

  struck({ number }: Kill, orders: number, onTheWire: number): void {
    this.#bar?.update(number, { wire: onTheWire, orders });
    const step = Math.max(1, Math.round(this.#kills * shareAPrint));
    if (this.#bar === undefined && (number % step === 0 || number === this.#kills)) {
      process.stderr.write(`${number}/${this.#kills} kills, ${onTheWire} on the wire, ${orders} orders\n`);
    }
    if (number === this.#kills) this.#bar?.stop();
  }

  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }
}
