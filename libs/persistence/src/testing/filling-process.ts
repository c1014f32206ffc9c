import { orderId } from "@surefill/core";
import { filled } from "@surefill/core/testing/order-store-fixture";
import { openSqliteStore } from "../sqlite/open-sqlite-store.ts";

// A process that tests start and kill: `node filling-process.ts <file> <name> <order id …>` adds fills of 1 to the
// orders in the SQLite file, all of them at the same time, whoever else does so, until it is ended. It writes a line when
// the store is open, and one for each commit that was acknowledged: order id, version, fill id.

const [file = "", name = "", ...orderIds] = process.argv.slice(2);

/** Resolves when the line is with whoever reads; a pipe that is full for a while is waited for. */
function say(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

const { orders } = await openSqliteStore(file);
await say("open");

async function fillForever(id: string): Promise<never> {
  for (let number = 0; ; number += 1) {
    const order = await orders.find(orderId(id));
    if (order === undefined) throw new Error(`there is no order ${id}`);
    const fillId = `${name}-${number}`;
    const { kind } = await orders.commit(filled({ order }, { quantity: "1", fillId }));
    if (kind === "COMMITTED") await say(`${id} ${order.version + 1} ${fillId}`);
  }
}

await Promise.all(orderIds.map(fillForever));
