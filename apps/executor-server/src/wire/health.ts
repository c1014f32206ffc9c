import { once } from "node:events";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@surefill/contracts/grpc/health/v1/health";

/**
 * grpc.health.v1.Health for `services` and for "", the server as a whole. All are SERVING until `draining` aborts and
 * NOT_SERVING from then on; each watcher is told at once, and its stream then ends UNAVAILABLE. A service that is not
 * served is NOT_FOUND to Check and SERVICE_UNKNOWN to Watch.
 */
export function serveHealth(router: ConnectRouter, services: readonly string[], draining: AbortSignal): void {
  const known = new Set(["", ...services]);
  const current = () => (draining.aborted ? Status.NOT_SERVING : Status.SERVING);

  router.service(Health, {
    check({ service }) {
      if (!known.has(service)) throw new ConnectError(`no service "${service}" here`, Code.NotFound);
      return { status: current() };
    },
    list: () => ({ statuses: Object.fromEntries([...known].map((service) => [service, { status: current() }])) }),
    async *watch({ service }, { signal }) {
      const isKnown = known.has(service);
      yield { status: isKnown ? current() : Status.SERVICE_UNKNOWN };
      await aborted(AbortSignal.any([draining, signal]));
      signal.throwIfAborted();
      if (isKnown) yield { status: Status.NOT_SERVING };
      throw new ConnectError("the server is shutting down", Code.Unavailable);
    },
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
