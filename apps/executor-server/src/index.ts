export { type Server, startServer } from "./start-server.ts";
