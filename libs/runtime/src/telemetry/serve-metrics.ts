import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNoopMeter, type Meter } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { SurefillError } from "@surefill/core";

/** Metrics as one process has them. */
export interface Metrics {
  readonly meter: Meter;
  /** Where Prometheus finds them; absent where nothing is served. */
  readonly url?: string;
  readonly close: () => Promise<void>;
}

/** Loopback alone, like everything else: whoever reaches it sees how much is traded. */
const host = "127.0.0.1";
const path = "/metrics";

/**
 * Serves this process's metrics on a port of its own, in Prometheus' text format; 0 takes a free one. Without a port
 * nothing is counted. @throws SurefillError CONFIG_INVALID for a port that can't be had.
 */
export async function serveMetrics(service: string, port: number | undefined): Promise<Metrics> {
  if (port === undefined) return { meter: createNoopMeter(), close: async () => undefined };
  const exporter = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    readers: [exporter],
  });
  const server = createServer((request, response) => {
    if (request.url?.split("?")[0] === path) exporter.getMetricsRequestHandler(request, response);
    else response.writeHead(404).end(`metrics are at ${path}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: Error) => reject(portRefused(port, cause)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    meter: provider.getMeter("surefill"),
    url: `http://${host}:${taken}${path}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await provider.shutdown();
    },
  };
}

function portRefused(port: number, cause: Error): SurefillError {
  const text = `metrics can't be served on ${host}:${port} (${cause.message}); choose another port`;
  const todo = "in the configuration: metrics.serverPort, metrics.trackerPort";
  return new SurefillError("CONFIG_INVALID", `${text} ${todo}`, { cause });
}
