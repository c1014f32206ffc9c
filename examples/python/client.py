"""Places, watches and cancels orders at a running Surefill server, and checks each answer.

Ends with 0 if everything is as the contract says, with 1 and a message otherwise. See README.md.
"""

from __future__ import annotations

import argparse
import sys
import threading
import uuid
from collections.abc import Callable, Iterable
from decimal import Decimal

import grpc
from google.rpc import error_details_pb2, status_pb2
from surefill.v1 import execution_service_pb2 as api
from surefill.v1 import execution_service_pb2_grpc as stubs
from surefill.v1 import order_pb2

CONNECT_SECONDS = 10
CALL_SECONDS = 70  # ExecuteOrder waits up to 60 s for a final state.
EVENT_SECONDS = 30

FINAL_STATES = {
    order_pb2.ORDER_STATE_FILLED,
    order_pb2.ORDER_STATE_CANCELLED,
    order_pb2.ORDER_STATE_EXPIRED,
    order_pb2.ORDER_STATE_REJECTED,
    order_pb2.ORDER_STATE_DENIED,
}


def is_final(order: order_pb2.Order) -> bool:
    """A FAILED order runs again where next_retry_time says when."""
    if order.state == order_pb2.ORDER_STATE_FAILED:
        return not order.HasField("next_retry_time")
    return order.state in FINAL_STATES


class Unexpected(Exception):
    """The server did not do what the contract says."""


def expect(condition: bool, message: str) -> None:
    if not condition:
        raise Unexpected(message)


def state_name(state: int) -> str:
    """Readers must tolerate states of a newer server."""
    known = order_pb2.OrderState.DESCRIPTOR.values_by_number.get(state)
    return known.name.removeprefix("ORDER_STATE_") if known else f"state {state}"


class Watch:
    """Everything WatchOrders says of one account, read in the background until `close`."""

    def __init__(self, execution: stubs.ExecutionServiceStub, account: str) -> None:
        self._changed = threading.Condition()
        self._orders: dict[str, order_pb2.Order] = {}
        self._versions: dict[str, set[int]] = {}
        self._started = False
        self._closed = False
        self._error: grpc.RpcError | None = None
        self._stream = execution.WatchOrders(api.WatchOrdersRequest(account=account))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        # The first message is a heartbeat: what happens from here on is not missed.
        self._wait(lambda: self._started, "the first heartbeat of WatchOrders")

    def _read(self) -> None:
        try:
            for message in self._stream:
                with self._changed:
                    self._started = True
                    if message.WhichOneof("message") == "event":
                        self._record(message.event)
                    self._changed.notify_all()
        except grpc.RpcError as error:
            with self._changed:
                self._error = None if self._closed else error
                self._changed.notify_all()

    def _record(self, watched: api.WatchedEvent) -> None:
        event, order = watched.event, watched.order
        print(
            f"  watched  {event.client_order_id:24} {state_name(event.from_state):>18} -> "
            f"{state_name(event.to_state):18} {event.cause}"
        )
        # At least once: an event may come twice. The newest order wins.
        self._versions.setdefault(event.order_id, set()).add(event.version)
        known = self._orders.get(order.order_id)
        if known is None or known.version < order.version:
            self._orders[order.order_id] = order

    def _wait(self, is_done: Callable[[], bool], what: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: is_done() or self._error is not None, EVENT_SECONDS)
            if self._error is not None:
                raise Unexpected(f"WatchOrders ended: {self._error.code().name}: {self._error.details()}")
            expect(is_done(), f"no sign of {what} within {EVENT_SECONDS} s")

    def until_final(self, order_id: str) -> order_pb2.Order:
        """The order once the stream has shown it in a final state, all its events up to there included."""

        def is_done() -> bool:
            order = self._orders.get(order_id)
            if order is None or not is_final(order):
                return False
            return max(self._versions[order_id]) >= order.version

        self._wait(is_done, f"the end of order {order_id}")
        versions = sorted(self._versions[order_id])
        expect(
            versions == list(range(versions[0], versions[-1] + 1)),
            f"the event stream has a gap: order {order_id} shows versions {versions}",
        )
        return self._orders[order_id]

    def close(self) -> None:
        with self._changed:
            self._closed = True
        self._stream.cancel()
        self._thread.join(EVENT_SECONDS)


def error_info(error: grpc.RpcError) -> error_details_pb2.ErrorInfo:
    """The machine-readable reason, which travels as a google.rpc.Status in a trailer."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info
    raise Unexpected(f"{error.code().name} without google.rpc.ErrorInfo: {error.details()}")


def expect_refusal(call: Callable, request, code: grpc.StatusCode, field: str) -> None:
    """`call(request)` must fail with `code` and name `field`."""
    try:
        call(request, timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        info = error_info(error)
        print(f"  refused  {error.code().name} {info.reason}: {dict(info.metadata)}: {error.details()}")
        expect(error.code() == code, f"expected {code.name}, got {error.code().name}")
        expect(info.domain == "surefill", f"the domain is {info.domain!r}")
        expect(info.metadata["field"] == field, f"expected the field {field}, got {info.metadata['field']!r}")
    else:
        raise Unexpected(f"expected {code.name} naming {field}, but the call was accepted")


def cum_of(fills: Iterable[order_pb2.Fill]) -> Decimal:
    return sum((Decimal(fill.last_quantity) for fill in fills), Decimal(0))


def show(what: str, order: order_pb2.Order) -> None:
    print(
        f"  {what:8} {order.client_order_id:24} {state_name(order.state)}, filled {order.cum_quantity or 0}"
        + (f" at {order.avg_price}" if order.avg_price else "")
    )


def run(execution: stubs.ExecutionServiceStub, args: argparse.Namespace) -> None:
    run_id = f"py-{uuid.uuid4().hex[:12]}"
    common = {"account": args.account, "venue": args.venue, "instrument": args.instrument, "side": order_pb2.SIDE_BUY}
    market_request = api.ExecuteOrderRequest(
        client_order_id=f"{run_id}-market",
        type=order_pb2.ORDER_TYPE_MARKET,
        base_quantity=args.quantity,
        wait_for=api.WAIT_FOR_TERMINAL,
        **common,
    )
    resting_request = api.ExecuteOrderRequest(
        client_order_id=f"{run_id}-resting",
        type=order_pb2.ORDER_TYPE_LIMIT,
        base_quantity=args.quantity,
        limit_price=args.limit_price,
        time_in_force=order_pb2.TIME_IN_FORCE_GTC,
        **common,
    )
    watch = Watch(execution, args.account)

    print("A market order, waiting for its end:")
    market = execution.ExecuteOrder(market_request, timeout=CALL_SECONDS).order
    show("placed", market)
    expect(market.state == order_pb2.ORDER_STATE_FILLED, f"expected FILLED: {market.last_error}")
    expect(Decimal(market.cum_quantity) == Decimal(args.quantity), f"filled {market.cum_quantity} of {args.quantity}")

    print("A limit order far below the price, which rests:")
    resting = execution.ExecuteOrder(resting_request, timeout=CALL_SECONDS).order
    show("placed", resting)
    expect(resting.state == order_pb2.ORDER_STATE_CONFIRMING, f"expected CONFIRMING: {resting.last_error}")

    print("The same call again, as after a lost answer:")
    again = execution.ExecuteOrder(resting_request, timeout=CALL_SECONDS)
    show("replayed", again.order)
    expect(again.replayed, "the repeated call was not replayed")
    expect(again.order.order_id == resting.order_id, "the repeated call made another order")

    print("Its client_order_id with another quantity:")
    other_request = api.ExecuteOrderRequest()
    other_request.CopyFrom(resting_request)
    other_request.base_quantity = str(Decimal(args.quantity) * 2)
    expect_refusal(execution.ExecuteOrder, other_request, grpc.StatusCode.ALREADY_EXISTS, "base_quantity")

    print("A quantity that is none:")
    bad_request = api.ExecuteOrderRequest()
    bad_request.CopyFrom(market_request)
    bad_request.client_order_id = f"{run_id}-bad"
    bad_request.base_quantity = "1e5"
    expect_refusal(execution.ExecuteOrder, bad_request, grpc.StatusCode.INVALID_ARGUMENT, "base_quantity")

    print("Cancelling the resting order:")
    cancel_request = api.CancelOrderRequest(order_id=resting.order_id, reason="example client")
    show("asked", execution.CancelOrder(cancel_request, timeout=CALL_SECONDS).order)
    cancelled = watch.until_final(resting.order_id)
    show("ended", cancelled)
    expect(cancelled.state == order_pb2.ORDER_STATE_CANCELLED, "the resting order did not end CANCELLED")
    read = execution.GetOrder(api.GetOrderRequest(order_id=resting.order_id), timeout=CALL_SECONDS).order
    expect(read.state == order_pb2.ORDER_STATE_CANCELLED, "GetOrder disagrees with WatchOrders")

    watch.until_final(market.order_id)
    watch.close()

    print("Fills:")
    fills = execution.ListFills(api.ListFillsRequest(order_id=market.order_id), timeout=CALL_SECONDS).fills
    for fill in fills:
        fee = f"{fill.fee.amount} {fill.fee.asset}"
        print(f"  fill     {fill.venue_fill_id}: {fill.last_quantity} at {fill.last_price}, fee {fee}")
    expect(cum_of(fills) == Decimal(market.cum_quantity), "the fills do not add up to cum_quantity")
    none = execution.ListFills(api.ListFillsRequest(order_id=resting.order_id), timeout=CALL_SECONDS).fills
    expect(not none, "the cancelled order has fills")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", default="127.0.0.1:7400", help="host:port of the server")
    parser.add_argument("--venue", required=True, help="a venue of the server's configuration")
    parser.add_argument("--instrument", required=True, help="as ListInstruments spells it")
    parser.add_argument("--account", required=True, help="an account that may trade there")
    parser.add_argument("--limit-price", required=True, help="far below the price, so that the order rests")
    parser.add_argument("--quantity", default="0.01", help="of each order, in base")
    args = parser.parse_args()
    with grpc.insecure_channel(args.target) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=CONNECT_SECONDS)
            run(stubs.ExecutionServiceStub(channel), args)
        except grpc.FutureTimeoutError:
            print(f"No server at {args.target}. Start one with: npm start", file=sys.stderr)
            return 1
        except grpc.RpcError as error:
            print(f"{error.code().name}: {error.details()}", file=sys.stderr)
            return 1
        except Unexpected as unexpected:
            print(f"UNEXPECTED: {unexpected}", file=sys.stderr)
            return 1
    print("Everything was as expected.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
