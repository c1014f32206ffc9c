export { openSqliteForTests } from "./sqlite-for-tests.ts";
