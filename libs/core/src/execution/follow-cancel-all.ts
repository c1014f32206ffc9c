import type { Desk } from "../desk/desk.ts";
import { SurefillError } from "../error/surefill-error.ts";
import { isTerminal, type Order } from "../order/order.ts";
import type { OrderId } from "../order/order-id.ts";
import type { CancelAllCampaign } from "../store/cancel-all-store.ts";

/** How far a campaign is. `remaining` comes with the last: orders of ours that are still live, at most 1,000. */
export interface CancelAllFollowed {
  readonly campaign: CancelAllCampaign;
  readonly isLast: boolean;
  readonly remaining: readonly Order[];
}

/** How long a campaign is followed; it goes on without us. */
const followMsMax = 60_000;
const lookEveryMs = 50;
const remainingMax = 1_000;

/** Follows a campaign until it has ended, a minute has passed or `signal` aborts. */
export async function* followCancelAll(
  desk: Desk,
  begun: CancelAllCampaign,
  signal: AbortSignal,
): AsyncGenerator<CancelAllFollowed> {
  const giveUpMs = desk.clock.monotonicMs() + followMsMax;
  let told = "";
  for (let campaign = begun; ; campaign = await readAgain(desk, campaign)) {
    const isRunning = campaign.parts.some(({ state }) => state === "RUNNING");
    if (!isRunning || signal.aborted || desk.clock.monotonicMs() >= giveUpMs) {
      yield { campaign, isLast: true, remaining: await remainingOf(desk, campaign) };
      return;
    }
    const text = JSON.stringify(campaign.parts);
    if (text !== told) yield { campaign, isLast: false, remaining: [] };
    told = text;
    await desk.clock.sleep(lookEveryMs, signal);
  }
}

async function readAgain({ store }: Desk, { campaignId }: CancelAllCampaign): Promise<CancelAllCampaign> {
  const campaign = await store.cancelAlls.find(campaignId);
  if (campaign === undefined) throw new SurefillError("INTERNAL", `campaign ${campaignId} has vanished from the store`);
  return campaign;
}

/** Targets of a campaign that have not ended. */
export async function remainingOf(
  { store }: Desk,
  { campaignId, parts }: CancelAllCampaign,
): Promise<readonly Order[]> {
  const remaining: Order[] = [];
  for (const { venueAccount, progress } of parts) {
    if (progress.closed === progress.targets) continue;
    let after: { readonly kind: "OWN"; readonly orderId: OrderId } | undefined;
    for (;;) {
      const page = await store.cancelAlls.targets({ campaignId, venueAccount }, "OWN", remainingMax, after);
      if (page.length > 0) {
        const orders = await store.orders.findMany(page.map(({ orderId }) => orderId));
        remaining.push(...orders.filter((order) => !isTerminal(order)));
      }
      after = page.at(-1);
      if (page.length < remainingMax || remaining.length >= remainingMax) break;
    }
  }
  return remaining.slice(0, remainingMax);
}
