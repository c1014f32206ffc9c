import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../launch/free-port.ts";
import { launchService } from "../launch/launch-service.ts";

/** Runs examples/python against a server of its own, as a user would against his; ends with the client's code. */
const root = resolve(import.meta.dirname, "../..");
const folder = await mkdtemp(join(tmpdir(), "surefill-python-"));
const config = {
  prices: { source: "expected" },
  latencySubmitMs: 5,
  latencyConfirmMs: 5,
  exchange: { port: await freePort() },
  logFile: join(folder, "exchange.jsonl"),
};
const service = await launchService({
  folder,
  apart: true,
  config: {
    store: { kind: "sqlite", file: join(folder, "surefill.db") },
    venues: { sim: { plugin: "@surefill/venue-sim", accounts: ["paper"], concurrencyMax: 4, config } },
  },
});
try {
  const target = new URL(service.url).host;
  const args = [
    "--target",
    target,
    "--venue",
    "sim",
    "--instrument",
    "BTC/USDT",
    "--account",
    "paper",
    "--limit-price",
    "9000",
  ];
  const client = spawn(join(root, "examples/python/run.sh"), args, { stdio: "inherit" });
  const [code] = await once(client, "exit");
  process.exitCode = code ?? 1;
} finally {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
}
