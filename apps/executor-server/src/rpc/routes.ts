import type { ConnectRouter } from "@connectrpc/connect";
import { ControlService } from "@surefill/contracts/surefill/v1/control_service";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { VenueService } from "@surefill/contracts/surefill/v1/venue_service";
import { batchExecuteOrders } from "./batch-execute-orders.ts";
import { cancelAll } from "./cancel-all.ts";
import { cancelOrder } from "./cancel-order.ts";
import { executeOrder } from "./execute-order.ts";
import { getCancelAll } from "./get-cancel-all.ts";
import { getOrder } from "./get-order.ts";
import { getOrderEvidence } from "./get-order-evidence.ts";
import { getTradingState } from "./get-trading-state.ts";
import { listControlEvents } from "./list-control-events.ts";
import { listFills } from "./list-fills.ts";
import { listInDoubtOrders } from "./list-in-doubt-orders.ts";
import { listInstruments } from "./list-instruments.ts";
import { listOrderEvents } from "./list-order-events.ts";
import { listOrders } from "./list-orders.ts";
import { listUnmatchedFills } from "./list-unmatched-fills.ts";
import { listVenues } from "./list-venues.ts";
import { reconcileNow } from "./reconcile-now.ts";
import { resolveInDoubtOrder } from "./resolve-in-doubt-order.ts";
import type { Serving } from "./serving.ts";
import { setTradingState } from "./set-trading-state.ts";
import { watchOrders } from "./watch-orders.ts";

/** Every RPC and the function that serves it. */
export function routes(router: ConnectRouter, serving: Serving): void {
  router.service(ExecutionService, {
    executeOrder: (request, context) => executeOrder(serving, request, context),
    batchExecuteOrders: (request, context) => batchExecuteOrders(serving, request, context),
    cancelOrder: (request) => cancelOrder(serving, request),
    cancelAll: (request, context) => cancelAll(serving, request, context),
    getCancelAll: (request) => getCancelAll(serving, request),
    getOrder: (request) => getOrder(serving, request),
    listOrders: (request) => listOrders(serving, request),
    listFills: (request) => listFills(serving, request),
    listOrderEvents: (request) => listOrderEvents(serving, request),
    watchOrders: (request, context) => watchOrders(serving, request, context),
  });
  router.service(ControlService, {
    listInDoubtOrders: (request) => listInDoubtOrders(serving, request),
    getOrderEvidence: (request) => getOrderEvidence(serving, request),
    resolveInDoubtOrder: (request) => resolveInDoubtOrder(serving, request),
    getTradingState: (request) => getTradingState(serving, request),
    setTradingState: (request, context) => setTradingState(serving, request, context),
    reconcileNow: (request) => reconcileNow(serving, request),
    listControlEvents: (request) => listControlEvents(serving, request),
    listUnmatchedFills: (request) => listUnmatchedFills(serving, request),
  });
  router.service(VenueService, {
    listVenues: () => listVenues(serving),
    listInstruments: (request) => listInstruments(serving, request),
  });
}
