import { loadConfig, openDesk, runProcess } from "@surefill/runtime";
import { greeting } from "./greeting.ts";
import { startServer } from "./start-server.ts";

const withTracker = process.argv.includes("--with-tracker");

await runProcess(async () => {
  const config = await loadConfig();
  const service = withTracker ? "surefill" : "surefill-server";
  const { desk, close, metricsUrl } = await openDesk(config, service, config.metrics.serverPort);
  const options = { withTracker, leaseTtlMs: config.lease.ttlMs, auditIntervalMs: config.audit.intervalMs };
  const server = await startServer(desk, config.server, options).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  process.stdout.write(greeting(server.url, desk.venues, { withTracker, metricsUrl }));
  return {
    stop: async () => {
      await server.stop();
      await close();
    },
  };
});
