export { openDatabase } from "../sqlite/open-database.ts";
export {
  createTestDatabase,
  findPostgres,
  openPostgresForTests,
  silentLog,
  type TestDatabase,
} from "./postgres-for-tests.ts";
export { openSqliteForTests } from "./sqlite-for-tests.ts";
