import { describeOrderStore } from "@surefill/core/testing/order-store-conformance";
import { openSqliteForTests } from "../testing/sqlite-for-tests.ts";

describeOrderStore("SQLite", openSqliteForTests);
