import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ControlService, TradingState } from "@surefill/contracts/surefill/v1/control_service";
import { CancelAllState, ExecutionService } from "@surefill/contracts/surefill/v1/execution_service";
import { OrderState, OrderType, Side, TimeInForce } from "@surefill/contracts/surefill/v1/order";
import { freePort, launchService, temporaryDatabase } from "@surefill/tools/launch";

const usage = `npm run bench -- halt [options]
  --orders N    open orders when the emergency comes, 1 to 1000 (default 100)
  --rounds N    how often it comes (default 5)
  --store sqlite|postgres|both   (default both)
  --json        end with one line of JSON: halt_ms, first_cancel_ms and all_cancelled_ms, the median of the rounds and
                the worst of them, of each store
`;

interface Round {
  /** From the call of SetTradingState to its answer: the halt holds. */
  readonly halt_ms: number;
  /** From the call of CancelAll to the first order's end: its cancel left before. */
  readonly first_cancel_ms: number;
  readonly all_cancelled_ms: number;
}

type Clients = { readonly execution: Client<typeof ExecutionService>; readonly control: Client<typeof ControlService> };

/** How soon an idle server with open orders obeys an operator: a halt, and the emergency stop. */
export async function benchHalt(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      orders: { type: "string", default: "100" },
      rounds: { type: "string", default: "5" },
      store: { type: "string", default: "both" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [orders, rounds] = [Number(values.orders), Number(values.rounds)];
  const isCount = (count: number, max: number) => Number.isInteger(count) && count >= 1 && count <= max;
  if (!isCount(orders, 1_000) || !isCount(rounds, 100)) throw new Error("--orders takes 1 to 1000, --rounds 1 to 100");
  const stores = values.store === "both" ? ["sqlite", "postgres"] : [values.store];
  const measured: Record<string, { readonly median: Round; readonly worst: Round }> = {};
  for (const store of stores) {
    if (store !== "sqlite" && store !== "postgres") throw new Error(`--store ${store}: give sqlite, postgres or both`);
    const results = await measure(store, orders, rounds);
    const [median, worst] = [atRank(results, 0.5), atRank(results, 1)];
    measured[store] = { median, worst };
    const told = (key: keyof Round) => `${median[key]} ms (at worst ${worst[key]})`;
    process.stderr.write(
      `${store}: halted after ${told("halt_ms")}; of ${orders} open orders the first is cancelled after ${told("first_cancel_ms")}, the last after ${told("all_cancelled_ms")}\n`,
    );
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ orders, rounds, stores: measured })}\n`);
  return 0;
}

async function measure(store: "sqlite" | "postgres", orders: number, rounds: number): Promise<readonly Round[]> {
  const folder = await mkdtemp(join(tmpdir(), "surefill-bench-"));
  const database = store === "postgres" ? await temporaryDatabase("surefill_bench") : undefined;
  try {
    const config = {
      store:
        database === undefined
          ? { kind: "sqlite", file: join(folder, "surefill.db") }
          : { kind: "postgres", url: database.url },
      venues: await venues(folder),
      log: { level: "error" },
    };
    const service = await launchService({ folder, apart: false, config });
    try {
      const transport = createGrpcTransport({ baseUrl: service.url });
      const clients = {
        execution: createClient(ExecutionService, transport),
        control: createClient(ControlService, transport),
      };
      const measured: Round[] = [];
      for (let round = 0; round < rounds; round += 1) measured.push(await emergency(clients, round, orders));
      return measured;
    } finally {
      await service.stop();
    }
  } finally {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function emergency({ execution, control }: Clients, round: number, orders: number): Promise<Round> {
  const names = Array.from({ length: orders }, (_, index) => `halt-${round}-${index}`);
  await Promise.all(names.map((name) => execution.executeOrder(restingOrder(name))));
  const by = { operator: "bench", reason: "how soon" };

  const haltedAt = performance.now();
  await control.setTradingState({ ...by, state: TradingState.HALTED, wait: {} });
  const haltMs = performance.now() - haltedAt;

  // Wall time: the server, which records when an order ends, has the same clock.
  const calledAt = Date.now();
  for await (const { done, campaign } of execution.cancelAll({ ...by, requestId: `bench-${round}` })) {
    if (done && campaign?.state !== CancelAllState.DONE) throw new Error("the CancelAll did not end");
  }
  const endsMs = await Promise.all(names.map(async (name) => (await cancelledAt(execution, name)) - calledAt));
  await control.setTradingState({ ...by, state: TradingState.ACTIVE });
  const rounded = (ms: number) => Math.round(ms * 10) / 10;
  return {
    halt_ms: rounded(haltMs),
    first_cancel_ms: rounded(Math.min(...endsMs)),
    all_cancelled_ms: rounded(Math.max(...endsMs)),
  };
}

function restingOrder(clientOrderId: string) {
  return {
    ...{ clientOrderId, account: "paper", venue: "sim", instrument: "BTC/USDT", side: Side.BUY },
    ...{ type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, limitPrice: "9000" },
    size: { case: "baseQuantity", value: "0.01" } as const,
  };
}

async function cancelledAt(execution: Clients["execution"], clientOrderId: string): Promise<number> {
  const key = { case: "clientOrder", value: { account: "paper", clientOrderId } } as const;
  const { order } = await execution.getOrder({ key });
  const time = order?.stateTimes.find(({ state }) => state === OrderState.CANCELLED)?.time;
  if (time === undefined) throw new Error(`order ${clientOrderId} was not cancelled`);
  return Number(time.seconds) * 1_000 + time.nanos / 1e6;
}

/** Of each figure the one at a rank: 0.5 is the median, 1 the worst. */
function atRank(rounds: readonly Round[], rank: number): Round {
  const at = (key: keyof Round) => {
    const sorted = rounds.map((round) => round[key]).sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * rank) - 1)] ?? 0;
  };
  return { halt_ms: at("halt_ms"), first_cancel_ms: at("first_cancel_ms"), all_cancelled_ms: at("all_cancelled_ms") };
}

async function venues(folder: string) {
  const exchange = { port: await freePort() };
  const config = { latencySubmitMs: 0, latencyConfirmMs: 0, exchange, logFile: join(folder, "exchange.jsonl") };
  return { sim: { plugin: "@surefill/venue-sim", accounts: ["paper"], concurrencyMax: 64, config } };
}
