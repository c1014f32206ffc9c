import type { ChildProcess } from "node:child_process";
import { type ExchangeEvent, readExchangeLog } from "@surefill/venue-sim/exchange";
import { killProcess, launchProcess } from "../../../launch/launch-process.ts";
import type { RunningVenue } from "../crash-venue.ts";
import type { VenueEvent } from "../venue-event.ts";
import { Wire } from "../wire.ts";
import type { WireMessage } from "../wire-message.ts";
import { calm, type VenueSettings } from "./settings.ts";
import { venueEventOf } from "./venue-event-of.ts";

/** The simulated exchange, and the lines to it, as a process of their own. */
export class VenueProcess implements RunningVenue {
  readonly wire = new Wire();
  readonly #process: ChildProcess;
  readonly #logFile: string;

  private constructor(child: ChildProcess, logFile: string) {
    this.#process = child;
    this.#logFile = logFile;
    child.on("message", (message: WireMessage) => this.wire.tell(message));
  }

  static async open(folder: string, settings: VenueSettings, logFile: string): Promise<VenueProcess> {
    const command = ["tools/crash/venue/sim/main.ts", JSON.stringify(settings)] as const;
    const launched = await launchProcess({ name: "venue", folder, command, readyText: "the venue is open", ipc: true });
    return new VenueProcess(launched.process, logFile);
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async calm(): Promise<void> {
    this.#process.send(calm);
  }

  async log(): Promise<readonly VenueEvent[]> {
    const events: readonly ExchangeEvent[] = await Array.fromAsync(readExchangeLog(this.#logFile));
    return events.flatMap((event) => venueEventOf(event) ?? []);
  }

  async close(): Promise<void> {
    await killProcess(this.#process);
  }
}
