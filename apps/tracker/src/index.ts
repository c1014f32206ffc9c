export { startTracker, type Tracker } from "./start-tracker.ts";
