export { ManualClock } from "./manual-clock.ts";
export { openMemoryStore } from "./memory-store.ts";
export { MemoryTables } from "./memory-store-tables.ts";
export { RecordingMeter } from "./recording-meter.ts";
export { type RecordedSpan, RecordingTracer } from "./recording-tracer.ts";
export { type ScriptedCall, ScriptedVenue, type VenueScript } from "./scripted-venue.ts";
export { pass, settle } from "./settle.ts";
export { testData } from "./test-data.ts";
