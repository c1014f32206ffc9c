import { describeOrderStore } from "@surefill/core/testing/order-store-conformance";
import { describe } from "vitest";
import { findPostgres, openPostgresForTests } from "../testing/postgres-for-tests.ts";

const adminUrl = await findPostgres();

describe.skipIf(adminUrl === undefined)("with a Postgres at hand", () => {
  describeOrderStore("Postgres", () => openPostgresForTests(adminUrl ?? ""));
});
