export { freePort } from "./free-port.ts";
export { type LaunchedService, type LaunchOptions, launchService } from "./launch-service.ts";
export { type TemporaryDatabase, temporaryDatabase } from "./temporary-database.ts";
