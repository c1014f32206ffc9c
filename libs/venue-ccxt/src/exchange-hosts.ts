import { SurefillError } from "@surefill/core";
import type { CcxtExchange } from "./ccxt-exchange.ts";
import type { CcxtConfig } from "./config.ts";
import type { ExchangeProfile } from "./exchange-profile.ts";
import type { TransportTerms } from "./transport.ts";

const placesMax = 1_000;

/**
 * Turns the exchange to where the mode says and tells where its requests may go. ccxt's own sandbox switch never
 * refuses: without a sandbox it leaves no address at all, and with some exchanges the live one.
 * @throws SurefillError CONFIG_INVALID where there is no sandbox that is surely not the live exchange.
 */
export function aimAt(
  exchange: CcxtExchange,
  { mode }: Pick<CcxtConfig, "mode">,
  profile: ExchangeProfile,
): Pick<TransportTerms, "hosts" | "mark"> {
  const live = hostsOf(exchange.urls.api, exchange);
  if (mode !== "testnet") return { hosts: live };
  const { sandbox } = profile;
  if (sandbox === undefined || exchange.urls.test === undefined) throw noSandbox(exchange.id, "has no sandbox");
  exchange.setSandboxMode(true);
  const hosts = hostsOf(exchange.urls.api, exchange);
  if (hosts.size === 0) throw noSandbox(exchange.id, "has no sandbox");
  if (sandbox.mark !== undefined) return { hosts, mark: sandbox.mark };
  const shared = [...hosts].find((host) => live.has(host));
  if (shared !== undefined) throw noSandbox(exchange.id, `would trade live: its sandbox is at ${shared}`);
  return { hosts };
}

function noSandbox(exchange: string, text: string): SurefillError {
  return new SurefillError("CONFIG_INVALID", `${exchange} ${text}; there is no mode "testnet" for it`, {
    context: { field: "mode", exchange },
  });
}

/** Every host in a tree of URLs, "{hostname}" filled in as ccxt does. */
function hostsOf(urls: unknown, exchange: CcxtExchange): ReadonlySet<string> {
  const hostname = exchange.hostname ?? "";
  const hosts = textsIn(urls)
    .slice(0, placesMax)
    .flatMap((text) => URL.parse(text.replaceAll("{hostname}", hostname))?.host ?? []);
  return new Set(hosts.filter((host) => host !== ""));
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
