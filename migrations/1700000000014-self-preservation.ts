import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** Times in which stale transitions are held because too many services fell silent at once. */
export class SelfPreservation1700000000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE self_preservation (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        started_at  timestamptz NOT NULL,
        released_at timestamptz,
        released_by text
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX self_preservation_open ON self_preservation ((true)) WHERE released_at IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'self_preservation');
  }
}
