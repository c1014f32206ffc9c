import { beginCancelAll, type CancelAllCampaign, type CancelAllTerms, followCancelAll } from "@surefill/core";
import type { SimulatedProcess } from "../process/simulated-process.ts";
import type { World } from "../world.ts";
import { answered, type Servers } from "./answered.ts";
import { lift, randomScope, type ScopesInForce } from "./operators.ts";

const everyMs = { min: 6_000, max: 22_000 } as const;
/** How long a follower waits for the end before it asks again, at another server: as long as the call itself lasts. */
const patienceMs = 62_000;
/** After the end of one that halts. */
const haltedMsMax = 2_000;

/**
 * Cancels all in some scope now and then, halting or not, and follows it to its end, by however many servers that
 * takes; until the faults stop.
 */
export async function cancelAllNowAndThen(world: World, servers: Servers, scopes: ScopesInForce): Promise<void> {
  const { time, faults } = world;
  for (let number = 1; !faults.isCalm; number += 1) {
    await time.sleep(faults.between(everyMs.min, everyMs.max));
    const scope = randomScope(world);
    const halts = faults.happens(0.5);
    if (faults.isCalm || (halts && !scopes.take(scope))) continue;
    const terms = {
      ...{ campaignId: `stop-${number}`, scope, halts, operator: "an operator", reason: "an emergency" },
      covers: faults.happens(0.7) ? "ALL_AT_VENUE" : "OWN_ONLY",
      keepsProtection: faults.happens(0.3),
    } as const;
    const campaign = await answered(world, servers, (server) => cancelAll(server, terms), patienceMs);
    const isDone = campaign?.parts.every(({ state }) => state === "DONE") === true;
    if (!halts) continue;
    if (isDone) world.oracle.halts.halted(scope, []);
    await time.sleep(faults.between(100, haltedMsMax));
    await lift(world, servers, scope, scopes);
  }
}

/** As the call does it. @throws Error if the campaign has not ended when the call does. */
async function cancelAll(
  { desk, executor }: SimulatedProcess,
  terms: Omit<CancelAllTerms, "requestedAt">,
): Promise<CancelAllCampaign> {
  const begun = await beginCancelAll(desk, terms);
  if (begun.kind === "REUSED") throw new Error(begun.error.message);
  await executor?.takeUpCancelAlls();
  for await (const { campaign } of followCancelAll(desk, begun.campaign, new AbortController().signal)) {
    if (campaign.parts.every(({ state }) => state !== "RUNNING")) return campaign;
  }
  throw new Error(`${terms.campaignId} goes on`);
}
