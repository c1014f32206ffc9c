import { loadConfig, openDesk, runProcess } from "@surefill/runtime";
import { startTracker } from "./start-tracker.ts";

await runProcess(async () => {
  const config = await loadConfig();
  const { desk, close, metricsUrl } = await openDesk(config, "surefill-tracker", config.metrics.trackerPort);
  const tracker = startTracker(desk, { auditIntervalMs: config.audit.intervalMs });
  process.stdout.write(`Surefill tracks the orders of ${[...desk.venues.keys()].join(", ")}. Ctrl-C stops it.\n`);
  if (metricsUrl !== undefined) process.stdout.write(`Metrics for Prometheus: ${metricsUrl}\n`);
  return {
    stop: async () => {
      await tracker.stop();
      await close();
    },
  };
});
