export { freePort } from "./free-port.ts";
export { type LaunchedService, launchService, type ServiceOptions } from "./launch-service.ts";
export { type TemporaryDatabase, temporaryDatabase } from "./temporary-database.ts";
