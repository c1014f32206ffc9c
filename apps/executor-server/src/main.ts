import { loadConfig, openDesk, runProcess } from "@surefill/runtime";
import { greeting } from "./greeting.ts";
import { startServer } from "./start-server.ts";

const withTracker = process.argv.includes("--with-tracker");

await runProcess(async () => {
  const config = await loadConfig();
  const { desk, close } = await openDesk(config, withTracker ? "surefill" : "surefill-server");
  const server = await startServer(desk, config.server, { withTracker }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  process.stdout.write(greeting(server.url, desk.venues, withTracker));
  return {
    stop: async () => {
      await server.stop();
      await close();
    },
  };
});
