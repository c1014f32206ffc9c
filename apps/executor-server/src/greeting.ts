import type { VenueDirectory } from "@surefill/core";

/** What a person at the terminal reads first: where it listens, and one line that executes an order. */
export function greeting(
  url: string,
  venues: VenueDirectory,
  { withTracker, metricsUrl }: { readonly withTracker: boolean; readonly metricsUrl: string | undefined },
): string {
  const lines = [
    `Surefill listens on ${url} (Connect, gRPC and gRPC-Web). Ctrl-C stops it.`,
    ...(withTracker ? [] : ["Fills are recorded by the tracker: start it with `npm run start:tracker`."]),
    ...(metricsUrl === undefined ? [] : [`Metrics for Prometheus: ${metricsUrl}`]),
  ];
  const paper = [...venues.values()].find(({ manifest }) => manifest.simulated);
  const instrument = paper?.instruments.values().next().value;
  if (paper === undefined || instrument === undefined) return `${lines.join("\n")}\n`;
  const body = {
    client_order_id: "hello-1",
    account: paper.accounts[0],
    venue: paper.venueId,
    instrument: instrument.symbol,
    side: "SIDE_BUY",
    type: "ORDER_TYPE_MARKET",
    base_quantity: "0.01",
  };
  const target = `${url}/surefill.v1.ExecutionService/ExecuteOrder`;
  const curl = `curl -s -H 'content-type: application/json' -d '${JSON.stringify(body)}' ${target}`;
  return `${[...lines, "A paper order:", "", curl, ""].join("\n")}\n`;
}
