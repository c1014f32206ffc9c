import { ConnectionError } from "./connection-error.ts";
import type { OrderReport } from "./exchange-api.ts";

/** Reports that one listener has not read yet; a listener that falls too far behind loses the connection. */
export class ReportStream {
  readonly #pendingMax: number;
  #pending: OrderReport[] = [];
  #end: "NO" | "ENDED" | "TOO_SLOW" = "NO";
  #wake: (() => void) | undefined;

  constructor(pendingMax: number) {
    this.#pendingMax = pendingMax;
  }

  /** Whether the listener is still there. */
  push(report: OrderReport): boolean {
    if (this.#end !== "NO") return false;
    if (this.#pending.length < this.#pendingMax) this.#pending.push(report);
    else this.#end = "TOO_SLOW";
    this.#wake?.();
    return this.#end === "NO";
  }

  end(): void {
    if (this.#end === "NO") this.#end = "ENDED";
    this.#wake?.();
  }

  /** What is pending and what still comes. @throws ConnectionError once the listener was too slow. */
  async *read(): AsyncGenerator<OrderReport, void, undefined> {
    for (;;) {
      const batch = this.#pending;
      this.#pending = [];
      yield* batch;
      if (this.#pending.length > 0) continue;
      if (this.#end === "TOO_SLOW") {
        throw new ConnectionError("MAYBE", `the listener left ${this.#pendingMax} reports unread`);
      }
      if (this.#end === "ENDED") return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
