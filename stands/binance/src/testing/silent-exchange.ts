import { ManualClock } from "@surefill/core/testing";
import { type EventLog, MemoryEventLog } from "../exchange/event-log.ts";
import type { ExchangeEvent } from "../exchange/exchange-event.ts";
import { settingsSchema } from "../exchange/settings.ts";
import { SpotExchange } from "../exchange/spot-exchange.ts";

/** An exchange without a wire, on a clock that stands still. */
export function silentExchange(history: readonly ExchangeEvent[] = [], eventLog: EventLog = new MemoryEventLog()) {
  const settings = settingsSchema.parse({});
  return new SpotExchange({ settings, clock: new ManualClock(), eventLog }, history);
}
