import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that systems give to outgoing connections, one of which could take the port of a process that is down. */
const ports = { first: 15_000, count: 15_000 } as const;
const triesMax = 100;

/** A free port for a process that comes and goes. */
export async function lastingPort(): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = ports.first + Math.floor(Math.random() * ports.count);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of ${triesMax} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
