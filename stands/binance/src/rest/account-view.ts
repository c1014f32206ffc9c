import { rateOf } from "../exchange/commission.ts";
import type { AccountSettings } from "../exchange/settings.ts";
import type { SpotExchange } from "../exchange/spot-exchange.ts";
import { wireDecimal, zero } from "../exchange/wire-decimal.ts";

/** GET /api/v3/account. */
export function accountView(
  exchange: SpotExchange,
  { account, makerBps, takerBps }: AccountSettings,
  omitZero: boolean,
) {
  const balances = exchange
    .balances(account)
    .map(({ asset, free, locked }) => ({ asset, free: wireDecimal(free), locked: wireDecimal(locked) }));
  const nothing = wireDecimal(zero);
  return {
    makerCommission: makerBps,
    takerCommission: takerBps,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: wireDecimal(rateOf(makerBps)),
      taker: wireDecimal(rateOf(takerBps)),
      buyer: nothing,
      seller: nothing,
    },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: exchange.now(),
    accountType: "SPOT",
    balances: omitZero ? balances.filter(({ free, locked }) => free !== nothing || locked !== nothing) : balances,
    permissions: ["SPOT"],
  };
}
