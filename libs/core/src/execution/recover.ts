import type { VenueAccount } from "../account/venue-account.ts";
import type { Desk } from "../desk/desk.ts";
import { recordReport } from "../desk/record-report.ts";
import { orderError } from "../error/order-error.ts";
import { SurefillError } from "../error/surefill-error.ts";
import type { ExecutionReport } from "../order/execution-report.ts";
import type { Order } from "../order/order.ts";
import type { SubmitKey } from "../order/order-id.ts";
import type { OrderPosition } from "../store/order-store.ts";
import { withDeadline } from "../time/with-deadline.ts";

/** Orders taken up at the same time: their commits are written together. */
const pageMax = 500;
/** The lease waits for this answer; without it the orders are in doubt, and the tracker asks again. */
const openOrdersMsMax = 3_000;

type OpenOrders = ReadonlyMap<SubmitKey, ExecutionReport>;
type Orphan = Extract<Order, { state: "SUBMITTED" }>;

/**
 * Takes up what an earlier owner of the venue account left behind: an order that is SUBMITTED and not being sent by
 * this process has lost its answer. Those that the venue lists as open are adopted, in one question for all of them;
 * the others go IN_DOUBT and are looked up. None is ever sent again blindly. Whatever else is due stands in the orders'
 * rows.
 */
export async function recover(
  desk: Desk,
  venueAccount: VenueAccount,
  isBeingSent: (order: Pick<Order, "orderId">) => boolean,
): Promise<void> {
  const states = ["SUBMITTED"] as const;
  let open: OpenOrders | undefined;
  let after: OrderPosition | undefined;
  for (;;) {
    const options = after === undefined ? { states } : { states, after };
    const page = await desk.store.orders.scanLive(venueAccount, pageMax, options);
    const ids = page.filter((order) => !isBeingSent(order)).map(({ orderId }) => orderId);
    const orphans = (await desk.store.orders.findMany(ids)).filter((order) => order.state === "SUBMITTED");
    if (orphans.length > 0) open ??= await openOrders(desk, venueAccount);
    await Promise.all(orphans.map((order) => takeUp(desk, order, open)));
    after = page.at(-1);
    if (page.length < pageMax) return;
  }
}

/** What the venue lists as open; nothing where it can't be asked for all of them at once, or does not answer. */
async function openOrders(desk: Desk, { venue, account }: VenueAccount): Promise<OpenOrders> {
  const entry = desk.venues.get(venue);
  if (entry?.manifest.capabilities.bulkQueries !== true) return new Map();
  try {
    const query = (signal: AbortSignal) => (entry.urgentVenue ?? entry.venue).openOrders(account, signal);
    const reports = await withDeadline(desk.clock, openOrdersMsMax, query);
    return new Map(reports.map((report) => [report.submitKey, report]));
  } catch (error) {
    desk.log.warn({ error, venue, account }, "open orders could not be asked for; orders left behind go in doubt");
    return new Map();
  }
}

async function takeUp(desk: Desk, order: Orphan, open: OpenOrders | undefined): Promise<void> {
  try {
    const { submitKey } = order.attempt;
    // Whoever else writes meanwhile, be it the caller's cancel: an answer that nobody waits for is lost.
    await recordReport(desk, order, open?.get(submitKey) ?? lostAnswer(submitKey), undefined, { takenUp: true });
  } catch (thrown) {
    // One row that the store refuses must not keep the lease from all others; a store that is away is asked again.
    if (SurefillError.from(thrown).code !== "STORE_REFUSED") throw thrown;
    desk.log.error({ error: thrown, order_id: order.orderId }, "an order could not be recovered");
  }
}

function lostAnswer(submitKey: SubmitKey): ExecutionReport {
  const error = orderError("ANSWER_LOST", "the process that sent the attempt is gone, and its answer with it");
  return { submitKey, evidence: { kind: "UNKNOWN", error }, fills: [] };
}
