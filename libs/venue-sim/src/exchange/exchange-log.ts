import type { ExchangeEvent } from "./exchange-event.ts";

/** Where an exchange writes down what it does, before it acts on it. */
export interface ExchangeLog {
  /** @throws Error if the event could not be written: then it has not happened. */
  append(event: ExchangeEvent): void;
  close(): void;
}

/** Keeps the events in memory, without end: for tests and simulation. */
export class MemoryExchangeLog implements ExchangeLog {
  readonly events: ExchangeEvent[] = [];

  append(event: ExchangeEvent): void {
    this.events.push(event);
  }

  close(): void {}
}

/** Keeps nothing: the exchange forgets when it closes. */
export const noExchangeLog: ExchangeLog = { append: () => {}, close: () => {} };
