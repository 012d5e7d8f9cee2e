import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropTable } from './support/ddl.js';

/** When we could not observe, and why; at most one gap is open. */
export class HealthGaps1700000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_gaps (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        started_at timestamptz NOT NULL,
        ended_at   timestamptz,
        cause      text        NOT NULL,
        lost_count bigint,
        is_settled boolean     NOT NULL DEFAULT false
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX health_gaps_open ON health_gaps ((true)) WHERE ended_at IS NULL`,
    );
    await runner.query(`CREATE INDEX health_gaps_started ON health_gaps (started_at, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTable(runner, 'health_gaps');
  }
}
