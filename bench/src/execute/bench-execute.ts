import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { freePort, launchService, temporaryDatabase } from "@surefill/tools/launch";
import { type LoadResult, steadyLoad } from "./steady-load.ts";

const usage = `npm run bench -- execute [options]
  --rate N      orders a second (default 100)
  --seconds N   how long, for each way to run the service (default 30)
  --store sqlite|postgres|both   (default both)
  --json        end with one line of JSON: p50_ms and p99_ms of the slowest way, and each way's own
`;

interface Way {
  readonly store: "sqlite" | "postgres";
  /** Server and tracker as two processes. */
  readonly apart: boolean;
}

interface Measured extends Way {
  readonly orders: number;
  readonly filled: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Latency from request to FILLED over gRPC, every transition durable, on a simulated venue without latency. */
export async function benchExecute(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rate: { type: "string", default: "100" },
      seconds: { type: "string", default: "30" },
      store: { type: "string", default: "both" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const stores = values.store === "both" ? (["sqlite", "postgres"] as const) : ([values.store] as const);
  const ways = stores.flatMap((store): Way[] => {
    if (store !== "sqlite" && store !== "postgres") throw new Error(`--store ${store}: give sqlite, postgres or both`);
    return [false, true].map((apart) => ({ store, apart }));
  });
  const load = { rate: Number(values.rate), seconds: Number(values.seconds) };
  if (!(load.rate > 0 && load.rate <= 10_000 && load.seconds > 0 && load.seconds <= 3_600)) {
    throw new Error("--rate takes 1 to 10000, --seconds 1 to 3600");
  }
  const measured: Measured[] = [];
  for (const way of ways) {
    process.stderr.write(`${nameOf(way)}: ${load.rate} orders/s for ${load.seconds} s …\n`);
    const result = await measure(way, load);
    measured.push(result);
    process.stderr.write(
      `${nameOf(way)}: ${result.filled}/${result.orders} filled, p50 ${result.p50_ms} ms, p99 ${result.p99_ms} ms\n`,
    );
  }
  const worst = (key: "p50_ms" | "p99_ms") => Math.max(...measured.map((result) => result[key]));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ p50_ms: worst("p50_ms"), p99_ms: worst("p99_ms"), ways: measured })}\n`);
  }
  return measured.every(({ orders, filled }) => filled === orders) ? 0 : 1;
}

function nameOf({ store, apart }: Way): string {
  return `${store}, server and tracker ${apart ? "apart" : "in one process"}`;
}

async function measure(way: Way, load: { readonly rate: number; readonly seconds: number }): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "surefill-bench-"));
  const database = way.store === "postgres" ? await temporaryDatabase("surefill_bench") : undefined;
  try {
    const store =
      database === undefined
        ? { kind: "sqlite", file: join(folder, "surefill.db") }
        : { kind: "postgres", url: database.url };
    const service = await launchService({
      folder,
      apart: way.apart,
      config: { store, venues: await venues(folder), log: { level: "warn" } },
    });
    try {
      const client = createClient(ExecutionService, createGrpcTransport({ baseUrl: service.url }));
      await steadyLoad(client, { rate: load.rate, seconds: Math.min(3, load.seconds), run: "warm" });
      return { ...way, ...summaryOf(await steadyLoad(client, { ...load, run: "load" })) };
    } finally {
      await service.stop();
    }
  } finally {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

function summaryOf({ orders, filled, latenciesMs }: LoadResult) {
  const at = (p: number) =>
    Math.round((latenciesMs[Math.max(0, Math.ceil(latenciesMs.length * p) - 1)] ?? 0) * 100) / 100;
  return { orders, filled, p50_ms: at(0.5), p99_ms: at(0.99) };
}

async function venues(folder: string) {
  const exchange = { port: await freePort() };
  const config = {
    prices: { source: "walk", seed: 1 },
    latencySubmitMs: 0,
    latencyConfirmMs: 0,
    exchange,
    logFile: join(folder, "exchange.jsonl"),
  };
  return { sim: { plugin: "@surefill/venue-sim", accounts: ["paper"], concurrencyMax: 64, config } };
}
