import { ManualClock } from "./manual-clock.ts";
import { openMemoryStore } from "./memory-store.ts";
import { MemoryTables } from "./memory-store-tables.ts";
import { describeOrderStore } from "./order-store-conformance.ts";

describeOrderStore("memory", async () => {
  const clock = new ManualClock();
  const tables = new MemoryTables();
  const store = openMemoryStore(clock, tables);
  return {
    store,
    another: async () => openMemoryStore(clock, tables),
    passTime: async (ms) => clock.advance(ms),
    dispose: () => store.close(),
  };
});
