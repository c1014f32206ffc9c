import type { SimulatedProcess } from "../process/simulated-process.ts";
import type { World } from "../world.ts";

/** Who can be called. */
export type Servers = () => readonly SimulatedProcess[];

/** How long a caller waits for an answer before it repeats the call, in virtual time. */
const patienceMs = 4_000;
const repeatMs = { min: 100, max: 1_000 } as const;
/** More than any storm lasts. */
const repeatsMax = 200;

/** The answer of any server, after as many calls as it takes; undefined if none comes for ever. */
export async function answered<T>(
  { time, faults }: World,
  servers: Servers,
  call: (server: SimulatedProcess) => Promise<T>,
  waitMs = patienceMs,
): Promise<T | undefined> {
  for (let repeats = 0; repeats < repeatsMax; repeats += 1) {
    const all = servers();
    const server = all[faults.whole(0, all.length - 1)];
    if (server !== undefined) {
      const silence = { answer: undefined };
      const first = await Promise.race([
        call(server).then(
          (answer) => ({ answer }),
          () => silence,
        ),
        time.sleep(waitMs).then(() => silence),
      ]);
      if (first !== silence) return first.answer;
    }
    await time.sleep(faults.between(repeatMs.min, repeatMs.max));
  }
  return undefined;
}
