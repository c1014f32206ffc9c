import {
  type AttemptReference,
  type ExecutionReport,
  SurefillError,
  sign,
  type VenueFill,
  type VenueOrderId,
} from "@surefill/core";
import type { CcxtParams } from "./ccxt-exchange.ts";
import { readError } from "./error-map.ts";
import type { ExchangeProfile, LookupRoute } from "./exchange-profile.ts";
import { executionReport, venueFill } from "./execution-report.ts";
import { malformedList } from "./read-list.ts";
import type { Session } from "./session.ts";
import { decodeOrder, decodeOrders, decodeTrades, type UnifiedOrder } from "./unified.ts";

/** What an exchange was asked by: its own id, or the client id that we gave. */
interface Question {
  readonly route: LookupRoute;
  readonly id?: VenueOrderId;
  readonly key?: string;
}

/** What the order is at the exchange, by its own id where that is known, else by the submit key. */
export async function findOrder(
  session: Session,
  profile: ExchangeProfile,
  { instrument, submitKey, venueOrderId }: AttemptReference,
  signal: AbortSignal,
): Promise<ExecutionReport | undefined> {
  const question = questionOf(profile, {
    instrument,
    submitKey,
    ...(venueOrderId === undefined ? {} : { venueOrderId }),
  });
  if (question === undefined) {
    const text = `${profile.id} can't be asked by a client order id; the doubt waits for other evidence`;
    throw new SurefillError("VENUE_UNREACHABLE", text, { context: { exchange: profile.id } });
  }
  const order =
    question.route.by === "ORDER"
      ? await askForOrder(session, instrument, question, signal)
      : await askLists(session, instrument, question, question.route, signal);
  if (order === undefined) return undefined;
  return executionReport(order, await fillsOf(session, profile, order, instrument, signal), submitKey);
}

function questionOf(
  { lookupById, lookupByKey, capabilities }: ExchangeProfile,
  { submitKey, venueOrderId }: Omit<AttemptReference, "account">,
): Question | undefined {
  if (venueOrderId !== undefined) return { route: lookupById, id: venueOrderId };
  if (!capabilities.lookupBySubmitKey || lookupByKey === undefined) return undefined;
  return { route: lookupByKey, key: submitKey };
}

async function askForOrder(
  session: Session,
  symbol: string,
  { id, key }: Question,
  signal: AbortSignal,
): Promise<UnifiedOrder | undefined> {
  const params: CcxtParams = key === undefined ? {} : { clientOrderId: key };
  const called = await session.call((exchange) => exchange.fetchOrder(id, symbol, params), signal);
  if (!called.result.ok) {
    const failure = session.failureOf(called);
    if (failure.kind === "NO_SUCH_ORDER") return undefined;
    throw readError(failure);
  }
  const order = decodeOrder(called.result.value);
  if (isAsked(order, { id, key })) return order;
  throw new SurefillError("VENUE_UNREACHABLE", "the exchange answered about another order than it was asked for");
}

/** An order that ends between the two questions is in the second list; so the open ones are asked for first. */
async function askLists(
  session: Session,
  symbol: string,
  question: Question,
  { param, ended, isList }: Extract<LookupRoute, { by: "LISTS" }>,
  signal: AbortSignal,
): Promise<UnifiedOrder | undefined> {
  const params = { [param]: question.key ?? question.id };
  const methods = ["fetchOpenOrders", ended] as const;
  for (const method of methods) {
    const { value, answers } = await session.read(
      (exchange) => exchange[method](symbol, undefined, undefined, params),
      decodeOrders,
      signal,
    );
    if (!answers.every(({ body }) => isList(body))) throw malformedList();
    const found = value.find((order) => isAsked(order, question));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An exchange that ignores what it was asked by answers about some order. */
function isAsked(
  order: UnifiedOrder,
  { id, key }: { readonly id?: string | undefined; readonly key?: string | undefined },
) {
  return id === undefined ? order.clientOrderId === key : order.id === id;
}

/** Without them the report says how much is filled, and `fillsSince` brings them. */
async function fillsOf(
  session: Session,
  profile: ExchangeProfile,
  { id, filled, timestamp }: UnifiedOrder,
  symbol: string,
  signal: AbortSignal,
): Promise<readonly VenueFill[]> {
  if (id === undefined || profile.orderFills === "NONE" || filled === undefined || sign(filled) === 0) return [];
  try {
    if (profile.orderFills === "ORDER_TRADES") {
      const { value } = await session.read((exchange) => exchange.fetchOrderTrades(id, symbol), decodeTrades, signal);
      return value.map((trade) => venueFill(trade, { orderId: id }));
    }
    const since = timestamp === undefined ? undefined : Math.floor(timestamp / 1_000);
    const { value } = await session.read((exchange) => exchange.fetchMyTrades(symbol, since), decodeTrades, signal);
    return value.filter(({ order }) => order === id).map((trade) => venueFill(trade));
  } catch (thrown) {
    if (thrown instanceof SurefillError) return [];
    throw thrown;
  }
}
