import { parentPort, workerData } from "node:worker_threads";
import { CancelAllWriter } from "./cancel-all-writer.ts";
import { ChangeWriter } from "./change-writer.ts";
import { EvidenceWriter } from "./evidence-writer.ts";
import { FillWriter } from "./fill-writer.ts";
import { LeaseWriter } from "./lease-writer.ts";
import { openDatabase } from "./open-database.ts";
import { RateLedgerWriter } from "./rate-ledger-writer.ts";
import { TradingWriter } from "./trading-writer.ts";
import { openedId, type WorkerCalls, type WorkerReply, type WorkerRequest } from "./worker-protocol.ts";
import { WriteTransaction } from "./write-transaction.ts";

/** Pages in the WAL before a commit moves them into the database file. */
const checkpointPages = 4_000;

/**
 * The thread that writes to SQLite, so that the wait for the disk at each commit does not stop the process. It answers
 * its requests in turn.
 */
async function serve(file: string): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this module runs in a worker thread");
  const reply = (message: WorkerReply) => port.postMessage(message);
  const opened = await openDatabase(file).catch((error: unknown) => {
    reply({ id: openedId, error: messageOf(error) });
    port.close();
  });
  if (opened === undefined) return;
  opened.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  const transactions = new WriteTransaction(opened);
  const changes = new ChangeWriter(opened, transactions);
  const leases = new LeaseWriter(opened, transactions);
  const fills = new FillWriter(opened, transactions);
  const trading = new TradingWriter(opened, transactions);
  const evidence = new EvidenceWriter(opened, transactions);
  const rateLedgers = new RateLedgerWriter(opened, transactions);
  const cancelAlls = new CancelAllWriter(opened, transactions, trading);

  port.on("message", (message: WorkerRequest) => {
    try {
      reply({ id: message.id, answer: answerTo(message) });
    } catch (error) {
      reply({ id: message.id, error: messageOf(error) });
    }
    if (message.kind === "close") port.close();
  });
  reply({ id: openedId, answer: undefined });

  function answerTo(message: WorkerRequest): WorkerCalls[WorkerRequest["kind"]]["answer"] {
    switch (message.kind) {
      case "write":
        return changes.write(message.request);
      case "acquire":
        return leases.acquire(message.request, message.request.ttlMs);
      case "tell":
        changes.tell(message.request);
        return undefined;
      case "release":
        leases.release(message.request);
        return undefined;
      case "saveFillCursor":
        fills.saveCursor(message.request);
        return undefined;
      case "keepFills":
        fills.keep(message.request);
        return undefined;
      case "removeFills":
        fills.remove(message.request);
        return undefined;
      case "pruneFills":
        return fills.prune(message.request);
      case "setTradingState":
        return trading.set(message.request);
      case "appendEvidence":
        evidence.append(message.request);
        return undefined;
      case "replaceRateLedger":
        return rateLedgers.replace(message.request);
      case "beginCancelAll":
        return cancelAlls.begin(message.request);
      case "addCancelAllTargets":
        cancelAlls.addTargets(message.request);
        return undefined;
      case "saveCancelAllPart":
        cancelAlls.savePart(message.request);
        return undefined;
      case "close":
        opened?.close();
        return undefined;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

await serve(String(workerData));
