import type { World } from "../world.ts";
import type { Fleet } from "./fleet.ts";

/** Between two blows. */
const pauseMs = { min: 200, max: 1_300 } as const;

/** Of the clocks that are set, those that are set wrong, by how much, and for how long unless their process dies. */
const wrongClock = { share: 0.3, ms: 3_600_000, lastsMsMin: 500, lastsMsMax: 15_000 } as const;

/** What strikes from outside until the faults stop: processes, clocks, leases, the venues' storms, the store. */
export async function chaos(world: World, fleet: Fleet, storeOutage: (untilMs: number) => void): Promise<void> {
  const { time, faults, tables, storeClock } = world;
  while (!faults.isCalm) {
    await time.sleep(faults.between(pauseMs.min, pauseMs.max));
    if (faults.isCalm) return;
    const chance = faults.between(0, 1);
    if (chance < 0.35) fleet.crash();
    else if (chance < 0.55) fleet.pause();
    else if (chance < 0.65) jumpClock();
    else if (chance < 0.75) loseLease();
    else if (chance < 0.9) storm();
    else {
      faults.count("store_outage");
      storeOutage(time.nowMs + faults.between(200, 2_500));
    }
  }

  function jumpClock(): void {
    const process = fleet.all[faults.whole(0, fleet.all.length - 1)];
    if (process === undefined) return;
    if (faults.happens(wrongClock.share)) {
      faults.count("clock_off_by_an_hour");
      process.clock.setWrong(faults.one([-wrongClock.ms, wrongClock.ms]));
      time.after(faults.between(wrongClock.lastsMsMin, wrongClock.lastsMsMax), () => process.clock.setRight());
      return;
    }
    faults.count("clock_jump");
    const ms = faults.happens(0.2) ? 20_000 : 1_500;
    process.clock.jump(faults.between(-ms, ms));
  }

  /** The store's own clock, or somebody at it, ended a lease that its owner believes to hold. */
  function loseLease(): void {
    const keys = [...tables.leases.keys()];
    const key = keys[faults.whole(0, keys.length - 1)];
    const lease = key === undefined ? undefined : tables.leases.get(key);
    if (key === undefined || lease === undefined || lease.expiresAt <= storeClock.wall()) return;
    faults.count("lease_loss");
    tables.leases.set(key, { ...lease, expiresAt: storeClock.wall() });
  }

  function storm(): void {
    const place = world.places[faults.whole(0, world.places.length - 1)];
    if (place === undefined) return;
    place.storm = faults.happens(0.5) ? "server_error" : "too_many_requests";
    time.after(faults.between(300, 3_000), () => {
      place.storm = "NONE";
    });
  }
}
