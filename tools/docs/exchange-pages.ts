import type { Capabilities, RateLimit } from "@surefill/core";
import { type ExchangeProfile, manifestOf, testedExchanges, untested } from "@surefill/venue-ccxt";

const generated = "<!-- Generated from libs/venue-ccxt/src/exchanges by `npm run docs`; don't edit. -->";
/** Limits are shown for so many instruments. */
const instruments = 1;

/** The pages of docs/venues that are generated, by file name. */
export function exchangePages(): ReadonlyMap<string, string> {
  const pages = testedExchanges.map((profile) => [`${profile.id}.md`, exchangePage(profile)] as const);
  return new Map([["exchanges.md", overview()], ...pages]);
}

const claims: readonly (readonly [string, (of: Capabilities) => string])[] = [
  ["order types", ({ orderTypes }) => orderTypes.join(", ")],
  ["time in force", ({ timesInForce }) => timesInForce.join(", ")],
  ["post-only", ({ postOnly }) => yes(postOnly)],
  ["sizes in quote", ({ quoteQuantity }) => yes(quoteQuantity)],
  ["look-up by client order id", ({ lookupBySubmitKey }) => yes(lookupBySubmitKey)],
  ["requests expire", ({ requestsExpire }) => yes(requestsExpire)],
  ["open orders and fills in bulk", ({ bulkQueries }) => yes(bulkQueries)],
  ["cancel all", ({ cancelAll }) => (cancelAll === "PER_INSTRUMENT" ? "per instrument" : yes(cancelAll))],
  ["stream", ({ streams }) => yes(streams)],
];

function overview(): string {
  const columns = [
    ...testedExchanges.map(({ id, capabilities }) => ({ id, capabilities })),
    { id: "any other", capabilities: untested },
  ];
  const header = `| | ${columns.map(({ id }) => (id === "any other" ? id : `[${id}](${id}.md)`)).join(" | ")} |`;
  const rows = claims.map(
    ([name, of]) => `| ${name} | ${columns.map(({ capabilities }) => of(capabilities)).join(" | ")} |`,
  );
  return [
    "# Exchanges",
    "",
    generated,
    "",
    "What `@surefill/venue-ccxt` claims for each exchange. A claim stands here once a spec holds it; the other exchanges of",
    "ccxt can be traded at too, with the little that holds for all of them ([../ccxt-venue.md](../ccxt-venue.md)).",
    "",
    header,
    `|---|${columns.map(() => "---|").join("")}`,
    ...rows,
    "",
    "Without look-up by client order id, or where requests don't expire, an order whose answer is lost is not tried again: it",
    "stays IN_DOUBT until its fills, the list of open orders or an operator tell what became of it.",
    "",
  ].join("\n");
}

function exchangePage(profile: ExchangeProfile): string {
  const { capabilities, rateLimits } = manifestOf(profile, instruments);
  const sizes = (side: "BUY" | "SELL") => profile.marketSizes[side].map((size) => size.toLowerCase()).join(" or ");
  return [
    `# ${profile.id}`,
    "",
    generated,
    "",
    "| | |",
    "|---|---|",
    ...claims.map(([name, of]) => `| ${name} | ${of(capabilities)} |`),
    `| market orders are sized in | ${sizes("BUY")} to buy, ${sizes("SELL")} to sell |`,
    `| sandbox (mode \`testnet\`) | ${profile.sandbox === undefined ? "none" : profile.sandbox.mark === undefined ? "at an address of its own" : "the live address with a header"} |`,
    `| client order ids | ${profile.submitKeyForm === "UUID" ? "UUIDs" : "27 to 32 letters and digits"} |`,
    "",
    "## Tested",
    "",
    ...profile.evidence.map((line) => `- ${line}`),
    "",
    "## To know",
    "",
    ...profile.cautions.map((line) => `- ${line}`),
    "",
    "## Limits that are kept to",
    "",
    `For ${instruments} instrument; what an operation takes of each.`,
    "",
    "| limit | requests | in | takes |",
    "|---|---|---|---|",
    ...rateLimits.map(limitRow),
    "",
  ].join("\n");
}

function limitRow({ name, requestsMax, windowMs, costs }: RateLimit): string {
  const taken =
    costs === undefined
      ? "1 each"
      : Object.entries(costs)
          .map(([operation, cost]) => `${operation} ${cost}`)
          .join(", ");
  return `| ${name} | ${requestsMax} | ${windowMs} ms | ${taken} |`;
}

function yes(claimed: boolean): string {
  return claimed ? "yes" : "no";
}
