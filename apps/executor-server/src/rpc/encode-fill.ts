import { create } from "@bufbuild/protobuf";
import * as wire from "@surefill/contracts/surefill/v1/order";
import type { Fill } from "@surefill/core";
import { encodeSide } from "./encode-order.ts";
import { encodeTime } from "./encode-time.ts";

const liquidities = { MAKER: wire.Liquidity.MAKER, TAKER: wire.Liquidity.TAKER } as const;

/** Not told by the venue: UNSPECIFIED. */
export function encodeLiquidity(liquidity: Fill["liquidity"]): wire.Liquidity {
  return liquidity === undefined ? wire.Liquidity.UNSPECIFIED : liquidities[liquidity];
}

export function encodeFill(fill: Fill): wire.Fill {
  return create(wire.FillSchema, {
    orderId: fill.orderId,
    venueFillId: fill.venueFillId,
    venueOrderId: fill.venueOrderId,
    account: fill.account,
    venue: fill.venue,
    instrument: fill.instrument,
    side: encodeSide(fill.side),
    lastQuantity: fill.lastQuantity,
    lastPrice: fill.lastPrice,
    liquidity: encodeLiquidity(fill.liquidity),
    venueTime: encodeTime(fill.venueTime),
    recordTime: encodeTime(fill.recordedAt),
    positionId: fill.positionId,
    simulated: fill.simulated,
    ...(fill.fee === undefined ? {} : { fee: fill.fee }),
  });
}
