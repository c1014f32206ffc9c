import { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../postgres/connection.ts";
import { openDatabase } from "../sqlite/open-database.ts";
import { findPostgres, openPostgresForTests } from "../testing/postgres-for-tests.ts";
import { openSqliteForTests } from "../testing/sqlite-for-tests.ts";
import { type Dialect, entities } from "./entities.ts";

/** A column as the entity, and as the database, describe it. */
interface Described {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
}

function byName(columns: readonly Described[]): readonly Described[] {
  return [...columns].sort((a, b) => (`${a.table}.${a.column}` < `${b.table}.${b.column}` ? -1 : 1));
}

/** What TypeORM makes of the entities for a database, its own names of types resolved to the database's. */
function described(dataSource: DataSource): readonly Described[] {
  return byName(
    dataSource.entityMetadatas.flatMap(({ tableName, columns }) =>
      columns.map((column) => ({
        table: tableName,
        column: column.databaseName,
        type: dataSource.driver.normalizeType(column),
        nullable: column.isNullable,
      })),
    ),
  );
}

const adminUrl = await findPostgres();
const tableNames = entities("sqlite").map(({ options }) => options.name);

describe("entities and the migrated schema agree", () => {
  describe("in SQLite", () => {
    let opened: Awaited<ReturnType<typeof openSqliteForTests>>;
    beforeAll(async () => {
      opened = await openSqliteForTests();
    });
    afterAll(() => opened.dispose());

    it("on every table, column, type and NULL", async () => {
      const dataSource = await new DataSource(
        Object.assign({ type: "better-sqlite3", database: opened.file } as const, entitiesOf("sqlite")),
      ).initialize();
      const database = await openDatabase(opened.file);
      const columns = tableNames.flatMap((table) =>
        database
          .prepare<[string], { name: string; type: string; notnull: number }>("SELECT * FROM pragma_table_info(?)")
          .all(table)
          .map(({ name, type, notnull }) => ({
            table,
            column: name,
            type: type.toLowerCase(),
            nullable: notnull === 0,
          })),
      );
      database.close();
      expect(described(dataSource)).toEqual(byName(columns));
      await dataSource.destroy();
    });
  });

  describe.skipIf(adminUrl === undefined)("in Postgres", () => {
    let opened: Awaited<ReturnType<typeof openPostgresForTests>>;
    beforeAll(async () => {
      opened = await openPostgresForTests(adminUrl ?? "");
    });
    afterAll(() => opened.dispose());

    it("on every table, column, type and NULL", async () => {
      const dataSource = await new DataSource(
        Object.assign({ type: "postgres", url: opened.url, installExtensions: false } as const, entitiesOf("postgres")),
      ).initialize();
      const client = await connect(opened.url);
      const { rows } = await client.query<Described>(
        `SELECT table_name AS table, column_name AS column, data_type AS type, is_nullable = 'YES' AS nullable
          FROM information_schema.columns WHERE table_name = ANY ($1)`,
        [tableNames],
      );
      await client.end();
      // TypeORM does not know xid8: the cursor's first half is read by hand-written SQL alone.
      const known = rows.filter(({ type }) => type !== "xid8");
      expect(known).toHaveLength(rows.length - 1);
      expect(described(dataSource)).toEqual(byName(known));
      await dataSource.destroy();
    });
  });
});

function entitiesOf(dialect: Dialect) {
  return { entities: [...entities(dialect)] };
}
