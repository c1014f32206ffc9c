import type { ExchangeEvent } from "./exchange-event.ts";

/** Where an exchange writes down what happened, before it tells anybody. */
export interface EventLog {
  /** Durable when it returns. @throws Error if it could not be written: then it has not happened. */
  append(events: readonly ExchangeEvent[]): void;
  /** Everything that was appended, by whichever process. */
  read(): readonly ExchangeEvent[];
  close(): void;
}

/** Keeps the events in memory: for tests in one process. */
export class MemoryEventLog implements EventLog {
  readonly events: ExchangeEvent[] = [];

  append(events: readonly ExchangeEvent[]): void {
    this.events.push(...events);
  }

  read(): readonly ExchangeEvent[] {
    return [...this.events];
  }

  close(): void {}
}
