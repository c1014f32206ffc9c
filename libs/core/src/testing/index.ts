export { ManualClock } from "./manual-clock.ts";
export { openMemoryStore } from "./memory-store.ts";
export { MemoryTables } from "./memory-store-tables.ts";
export { testData } from "./test-data.ts";
