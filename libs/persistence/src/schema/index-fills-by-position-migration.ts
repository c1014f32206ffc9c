import type { MigrationInterface, QueryRunner } from "typeorm";

/** Fills of one position, for its list and for audits: without it both read every fill there ever was. */
export class IndexFillsByPosition1767484800000 implements MigrationInterface {
  readonly name = "IndexFillsByPosition1767484800000";

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("CREATE INDEX fills_position ON fills (position_id, seq)");
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("DROP INDEX fills_position");
  }
}
