import type { ChildProcess } from "node:child_process";
import { killProcess, launchProcess } from "../../launch/launch-process.ts";
import { calm, type VenueSettings, type WireMessage } from "./messages.ts";
import { Wire } from "./wire.ts";

/** The venue's process as the run sees it: what is on the wire to it, and how it is told to be calm. */
export class VenueProcess {
  readonly wire = new Wire();
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on("message", (message: WireMessage) => this.wire.tell(message));
  }

  static async open(folder: string, settings: VenueSettings): Promise<VenueProcess> {
    const command = ["tools/crash/venue/main.ts", JSON.stringify(settings)] as const;
    const launched = await launchProcess({ name: "venue", folder, command, readyText: "the venue is open", ipc: true });
    return new VenueProcess(launched.process);
  }

  /** Whether the process is there, as it must be all the time. */
  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** No more faults from now on; what is on its way late still arrives. */
  calm(): void {
    this.#process.send(calm);
  }

  async close(): Promise<void> {
    await killProcess(this.#process);
  }
}
