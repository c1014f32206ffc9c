import { loadConfig, openDesk, runProcess } from "@surefill/runtime";
import { startTracker } from "./start-tracker.ts";

await runProcess(async () => {
  const { desk, close } = await openDesk(await loadConfig(), "surefill-tracker");
  const tracker = startTracker(desk);
  process.stdout.write(`Surefill tracks the orders of ${[...desk.venues.keys()].join(", ")}. Ctrl-C stops it.\n`);
  return {
    stop: async () => {
      await tracker.stop();
      await close();
    },
  };
});
